#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| farhand_tests::fuzz::target("frames_resume_from_console")(data));
