//! How much memory the binary takes.

use std::{path::Path, process::Output};

use crate::binary::gradus;

/// What it says and writes with a folder for caches of its own, and the most memory that it had, in bytes. It is
/// killed where it does not end within a minute.
pub fn measured(arguments: &[String], caches: &Path) -> (Output, u64) {
    use std::{fs::File, io::Read, os::unix::process::ExitStatusExt, process::ExitStatus, thread, time::Duration};
    // Files, not pipes, which would have to be emptied meanwhile.
    let files = [(); 2].map(|()| tempfile::NamedTempFile::new().expect("a file"));
    let [stdout, stderr] = [0, 1].map(|at| files[at].reopen().expect("a file"));
    let mut command = gradus();
    command.args(arguments).env("XDG_CACHE_HOME", caches).stdout(stdout).stderr(stderr);
    #[expect(clippy::zombie_processes, reason = "wait4 waits for it, and says what it took")]
    let child = command.spawn().expect("the binary runs");
    let (mut status, mut tries) = (0, 0);
    // SAFETY: all zeros are a record of no use.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both records outlive the call.
    while unsafe { libc::wait4(child.id() as i32, &mut status, libc::WNOHANG, &mut usage) } == 0 {
        thread::sleep(Duration::from_millis(5));
        tries += 1;
        if tries == 12_000 {
            // SAFETY: the child is ours, and nobody has waited for it.
            unsafe { libc::kill(child.id() as i32, libc::SIGKILL) };
        }
    }
    let [stdout, stderr] = files.map(|file| {
        let mut bytes = vec![];
        File::open(file.path()).and_then(|mut file| file.read_to_end(&mut bytes)).expect("a file");
        bytes
    });
    // Kilobytes on Linux, bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    (Output { status: ExitStatus::from_raw(status), stdout, stderr }, usage.ru_maxrss as u64 * unit)
}
