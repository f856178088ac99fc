//! Parse, run, turn an error into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    quiet_loader();
    gradus::cli::main()
}

/// Mesa's layer that sorts adapters asks the desktop for its favourite, and complains on stderr where
/// there is no desktop. Adapters are sorted here anyway.
fn quiet_loader() {
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}
