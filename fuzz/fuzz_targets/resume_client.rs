#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| farhand_tests::fuzz::target("resume_client")(data));
