//! `farhand-operator`: see `--help`.

fn main() -> std::process::ExitCode {
    farhand_operator::main()
}
