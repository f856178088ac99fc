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
