//! A disk that fails once, wherever: a typed error, the checkpoint before is whole, and the run goes on to the same bits.

use std::io::ErrorKind;

use super::*;

#[test]
fn every_write_that_fails_once_is_an_error_and_loses_nothing_that_was_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = tiny(folder.path(), PLATEAU, 3);
    let whole = folder.path().join("whole");
    go_on(&whole, &config, &Device::cpu(), |_| (), None).0.expect("it runs");
    for kind in [ErrorKind::StorageFull] {
        let mut failures = 0;
        for times in 0.. {
            let run = folder.path().join(format!("{kind:?}-{times}"));
            let (outcome, failed) = go_on(&run, &config, &Device::cpu(), |disk| disk.fail_after(times, kind), None);
            if !failed {
                assert_eq!(outcome.expect("it runs"), Outcome::Finished);
                break;
            }
            failures += 1;
            // A picture that cannot be drawn is a warning.
            match outcome {
                Err(Error::File { .. }) | Ok(Outcome::Finished) => {}
                other => panic!("failure {times}: {other:?}"),
            }
            assert_tidy(&run);
            let (outcome, _) = go_on(&run, &config, &Device::cpu(), |_| (), None);
            assert_eq!(outcome.expect("it goes on"), Outcome::Finished, "failure {times}");
            assert_eq!(left(&run), left(&whole), "failure {times}");
        }
        assert!(failures > 20, "{failures}");
    }
}

#[test]
fn one_process_writes_at_a_time_and_a_dead_one_is_in_nobodys_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let first = RunDirectory::create(&run).expect("it is new");
    let second = RunDirectory::create(&run).expect_err("the first one writes");
    assert!(second.to_string().contains("another process"), "{second}");
    drop(first);
    // What a killed process leaves: its lock's file, half a file, empty folders.
    fs::write(run.join(".lock"), "1").expect("a file");
    fs::write(run.join("checkpoints/.last.safetensors.tmp"), "half").expect("a file");
    drop(RunDirectory::create(&run).expect("nothing of a run is there"));
    assert_tidy(&run);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let (run, victim) = (folder.path().join("run"), folder.path().join("victim"));
    fs::write(&victim, "mine").expect("a file");
    let directory = RunDirectory::create(&run).expect("it is new");
    for name in ["summary.json", ".summary.json.tmp", "metrics.jsonl"] {
        symlink(&victim, run.join(name)).expect("a link");
    }
    directory.write("summary.json", b"{}").expect("the file takes the link's place");
    assert!(matches!(directory.append("metrics.jsonl", "line\n"), Err(Error::File { .. })));
    assert_eq!(fs::read(&victim).expect("a file"), b"mine");
    assert_eq!(fs::read(run.join("summary.json")).expect("a file"), b"{}");
    drop(directory);
    fs::write(run.join("config.toml"), "").expect("a file");
    fs::remove_dir_all(run.join("checkpoints")).expect("a folder");
    symlink(folder.path(), run.join("checkpoints")).expect("a link");
    assert!(RunDirectory::resumed(&run).expect_err("a link").to_string().contains("is a link"));
}
