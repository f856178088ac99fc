//! Configs that cannot work, those that are suspicious, and the same that can: what the binary says, where,
//! and with which exit code; that it stays small; and that nothing is left of a run that never began.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::binary::{self, folder, run_in, stderr, stdout};

/// What the table's changes are made to.
const BASE: &str = "\
name = \"case\"
seed = 1
[data]
source = \"digits\"
dev = 0.1
train_limit = 200
[model]
loss = \"categorical\"
[[model.layers]]
op = \"conv2d\"
filters = 4
kernel = 3
[[model.layers]]
op = \"dense\"
units = 10
[optimizer]
type = \"sgd\"
learning_rate = 0.1
[train]
epochs = 2
batch_size = 32
";

/// Bytes of address space that a refusal may take, in KiB: an allocation as large as a size in the config fails.
const ROOM: &str = "700000";

/// One entry of the table.
struct Case<'t> {
    code: i32,
    place: &'t str,
    says: &'t str,
    changes: Vec<&'t str>,
}

fn cases(table: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case> = vec![];
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(change) = line.strip_prefix("    ") {
            cases.last_mut().expect("changes stand below a case").changes.push(change);
            continue;
        }
        let (head, says) = line.split_once(" |").expect("a bar");
        let (code, place) = head.split_once(' ').expect("a code and a place");
        let code = code.parse().expect("a code");
        cases.push(Case { code, place, says: says.trim(), changes: vec![] });
    }
    cases
}

impl Case<'_> {
    /// The config's text and the arguments behind it.
    fn written(&self) -> (String, Vec<String>) {
        let (mut lines, mut arguments): (Vec<String>, _) = (BASE.lines().map(str::to_owned).collect(), vec![]);
        // From the end on, so that lines in front keep their numbers.
        for change in self.changes.iter().rev() {
            if let Some(setting) = change.strip_prefix("--set ") {
                arguments.extend(["--set".to_owned(), setting.to_owned()]);
                continue;
            }
            let at = change.find([':', '+']).expect("a line's number");
            let line: usize = change[..at].parse().expect("a number");
            let text = change[at + 1..].trim_start().replace("LONG", &"x".repeat(10_000)).replace('|', "\n");
            match &change[at..=at] {
                ":" => lines[line - 1] = text,
                _ => lines.insert(line, text),
            }
        }
        (lines.join("\n") + "\n", arguments)
    }

    /// What is wrong with what the binary did, if anything.
    fn complaint(&self) -> Option<String> {
        let folder = folder();
        let (text, arguments) = self.written();
        fs::write(folder.path().join("c.toml"), text).expect("a file");
        let output = train(folder.path(), "c.toml", self.code == 0, &arguments);
        let said = said(&output);
        let wrong = match (&said[..], self.says, self.code) {
            _ if output.status.code() != Some(self.code) => "another exit code",
            _ if folder.path().join("out").exists() => "something was left",
            ([], "", 0) => return None,
            ([line], says, code) => {
                let kind = if code == 0 { "warning: " } else { "error: " };
                let place = if self.place == "-" { kind.to_owned() } else { format!("{kind}{}: ", self.place) };
                if line.starts_with(&place) && line.contains(says) { return None } else { "another message" }
            }
            _ => "not one line",
        };
        Some(format!("{:?}: {wrong}: {:?} {}", self.changes, output.status.code(), stderr(&output)))
    }
}

/// Trains with little room; `dry` does without a run directory.
fn train(folder: &Path, config: &str, dry: bool, arguments: &[String]) -> Output {
    let gradus = assert_cmd::cargo::cargo_bin!("gradus");
    let mut command = match cfg!(target_os = "linux") {
        true => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -v {ROOM}; exec \"$0\" \"$@\"")]).arg(gradus);
            shell
        }
        false => Command::new(gradus),
    };
    command.current_dir(folder).env("RAYON_NUM_THREADS", "2").env("MALLOC_ARENA_MAX", "2");
    command.args(["train", config, "--device", "cpu"]).args(arguments);
    if dry {
        command.arg("--dry-run")
    } else {
        command.args(["--out", "out"])
    };
    command.output().expect("the binary runs")
}

/// The errors and warnings among its lines.
fn said(output: &Output) -> Vec<String> {
    let spoken = |line: &&str| line.starts_with("error") || line.starts_with("warning") || line.contains("panick");
    stderr(output).lines().filter(spoken).map(str::to_owned).collect()
}

#[test]
fn every_config_of_the_table_gets_its_code_place_and_hint() {
    let cases = cases(include_str!("configs.txt"));
    assert!(cases.iter().filter(|case| case.code != 0).count() >= 250);
    let portion = cases.len().div_ceil(4);
    let complaints: Vec<String> = std::thread::scope(|scope| {
        let part = |cases| scope.spawn(move || <[Case]>::iter(cases).filter_map(Case::complaint).collect::<Vec<_>>());
        let parts: Vec<_> = cases.chunks(portion).map(part).collect();
        parts.into_iter().flat_map(|part| part.join().expect("no panic")).collect()
    });
    assert!(complaints.is_empty(), "{} of {}:\n{}", complaints.len(), cases.len(), complaints.join("\n"));
}

/// Files that are no config, or too much of one.
#[test]
fn what_is_no_text_or_too_much_of_it_is_refused() {
    let wide = |text: &str, times: usize| text.repeat(times).into_bytes();
    let keys = |count: usize| (0..count).map(|at| format!("k{at} = 1\n")).collect::<String>();
    let broken = BASE.replace("filters = 4", "filters = 0");
    for (bytes, says) in [
        (vec![], "c.toml:1:1: the section [data] is missing"),
        (wide("\u{feff}", 1), "c.toml:1:1: the section [data] is missing"),
        ((0..=255).collect::<Vec<u8>>(), "c.toml:2:118: the config is no text in UTF-8"),
        (b"name = \"c\xe9\"".to_vec(), "c.toml:1:10: the config is no text in UTF-8"),
        (format!("{BASE}\0").into_bytes(), "c.toml:22:"),
        ([b"a = ".to_vec(), wide("[", 200_000)].concat(), "recursion"),
        ([b"a = ".to_vec(), wide("{a=", 200_000)].concat(), "recursion"),
        ([wide("a.", 200_000), b"a = 1".to_vec()].concat(), "more than 24 parts"),
        (wide("# comment\n", 200_000), "c.toml: larger than 1 MiB"),
        (format!("{BASE}{}", keys(90_000)).into_bytes(), "c.toml:22:1: unknown key `k0`"),
        (format!("x = [{}]\n{BASE}", "1,".repeat(500_000)).into_bytes(), "c.toml:1:1: unknown key `x`"),
        ([wide("x", 1_000_000), b" = 1".to_vec()].concat(), "c.toml:1:1: unknown key `xxxx"),
        (format!("\"\\u001b[31m\\n\" = 1\n{BASE}").into_bytes(), r"c.toml:1:1: unknown key `\u{1b}[31m\n`"),
        (broken.replace('\n', "\r\n").into_bytes(), "c.toml:11:11: `filters` must be"),
        (format!("\u{feff}{broken}").into_bytes(), "c.toml:11:11: `filters` must be"),
    ] {
        let folder = folder();
        fs::write(folder.path().join("c.toml"), &bytes).expect("a file");
        let output = train(folder.path(), "c.toml", false, &[]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{says}: {said:?}");
        assert!(matches!(&said[..], [line] if line.contains(says) && line.len() < 1000), "{says}: {said:?}");
        assert!(!folder.path().join("out").exists());
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_and_nothing_waits() {
    let folder = folder();
    fs::create_dir(folder.path().join("run")).expect("a folder");
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo").success());
    for (config, says) in [
        ("run", "run: a folder is no config"),
        ("pipe", "pipe: a pipe is no config"),
        ("nothing", "nothing: the config can't be read"),
        ("/dev/zero", "/dev/zero: larger than 1 MiB"),
    ] {
        let output = train(folder.path(), config, false, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).starts_with(&format!("error: {says}")), "{}", stderr(&output));
    }
}

/// A sweep is counted before it is made.
#[test]
fn a_grid_of_too_many_runs_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("c.toml"), BASE).expect("a file");
    let seeds = |key: &str| format!("{key}={}", (1..=9_000).map(|at| at.to_string()).collect::<Vec<_>>().join(","));
    let [a, b] = ["seed", "train.epochs"].map(seeds);
    let output =
        run_in(folder.path(), &["sweep", "c.toml", "--grid", &a, "--grid", &b, "--device", "cpu", "--out", "s"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("81000000 runs, where 10000 are possible"), "{}", stderr(&output));
    let output = run_in(folder.path(), &["sweep", "c.toml", "--grid", "seed=1,2", "--grid", "data.dev=0.1,200"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("takes 200 of 200 examples"), "{}", stderr(&output));
    assert!(!folder.path().join("s").exists() && !folder.path().join("sweeps").exists());
}

/// A mistake is told before a data set is read, here one that is not there; in order, that is what is told.
#[test]
fn mistakes_come_before_the_data() {
    let folder = folder();
    let csv = BASE
        .replace("source = \"digits\"", "source = \"csv\"\npath = \"no.csv\"")
        .replace("conv2d\"\nfilters = 4\nkernel = 3", "dense\"\nunits = 4");
    for (from, to, code, says) in [
        ("units = 10", "unit = 10", 2, "did you mean `units`?"),
        ("\"sgd\"", "\"sdg\"", 2, "did you mean `sgd`?"),
        ("0.1\n[train]", "{ schedule = \"cosin\" }\n[train]", 2, "did you mean `cosine`?"),
        ("units = 10", "units = 10\ninputs = [\"layer.0\"]", 2, "did you mean `layers.0`?"),
        ("epochs = 2", "epochs = 0", 2, "`epochs` must be"),
        ("dev = 0.1\n", "dev = 0.1\nshape = [3, 0]\n", 2, "`shape[1]` must be"),
        ("dev = 0.1\n", "dev = 0.1\nshape = [3]\nclasses = 4\n", 2, "needs 4; give the last layer units = 4"),
        ("dev = 0.1\n", "dev = 0.1\n", 3, "no.csv: "),
    ] {
        let text = csv.replacen(from, to, 1);
        assert!(text != csv || from == to, "{from}");
        fs::write(folder.path().join("c.toml"), text).expect("a file");
        let output = train(folder.path(), "c.toml", false, &[]);
        assert_eq!(output.status.code(), Some(code), "{to}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{to}: {}", stderr(&output));
    }
}

/// A regression's targets against what the last activation can reach.
#[test]
fn targets_that_an_activation_cannot_reach_are_said() {
    let folder = folder();
    let rows: String = (0..40).map(|at| format!("{at},{}\n", 3 * at)).collect();
    fs::write(folder.path().join("d.csv"), rows).expect("a file");
    let csv = |activation: &str| {
        format!(
            "[data]\nsource = \"csv\"\npath = \"d.csv\"\n[model]\nloss = \"normal\"\n[[model.layers]]\nop = \"dense\"\n\
             units = 1\n{activation}[optimizer]\ntype = \"adam\"\n[train]\nepochs = 1\n"
        )
    };
    for (activation, says) in [
        ("", None),
        ("activation = \"relu\"\n", None),
        ("activation = \"tanh\"\n", Some("ends the network in tanh, which can't reach the target")),
        ("activation = \"sigmoid\"\n", Some("ends the network in sigmoid, which can't reach the target")),
    ] {
        fs::write(folder.path().join("c.toml"), csv(activation)).expect("a file");
        let output = train(folder.path(), "c.toml", true, &[]);
        stdout(&output);
        let said = said(&output);
        assert_eq!(said.len(), usize::from(says.is_some()), "{said:?}");
        assert!(
            says.is_none_or(|says| said[0].starts_with("warning: c.toml:6:1: ") && said[0].contains(says)),
            "{said:?}"
        );
    }
}

/// Networks are looked at where their data are not.
#[test]
fn summary_explain_and_schedule_do_without_data() {
    let folder = folder();
    let resnet = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/resnet56-cifar10.toml");
    let resnet = binary::text(&resnet);
    let nowhere = ["--set", "data.path=nowhere"];
    let summary = run_in(folder.path(), &[&["summary", resnet][..], &nowhere].concat());
    assert!(stdout(&summary).contains("without the data"));
    assert_eq!(said(&summary).len(), 1, "{}", stderr(&summary));
    assert!(stdout(&run_in(folder.path(), &[&["explain", resnet][..], &nowhere].concat())).contains("a training step"));
    let table = run_in(folder.path(), &[&["schedule", resnet, "--csv"][..], &nowhere].concat());
    assert!(stdout(&table).lines().count() > 1000);
    let csv = "[data]\nsource = \"csv\"\npath = \"no.csv\"\n[model]\nloss = \"categorical\"\n[[model.layers]]\nop = \"dense\"\n\
               units = 3\n[optimizer]\ntype = \"adam\"\n";
    fs::write(folder.path().join("c.toml"), csv).expect("a file");
    let output = run_in(folder.path(), &["summary", "c.toml"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("data.shape"), "{}", stderr(&output));
    let shape = ["--set", "data.shape=[4]", "--set", "data.classes=3"];
    assert!(stdout(&run_in(folder.path(), &[&["summary", "c.toml"][..], &shape].concat())).contains("15 parameters"));
}

/// A path in a config is relative to the config, one of `--set` to the working directory; `~` is the home folder.
#[test]
fn paths_are_relative_to_the_config() {
    let folder = folder();
    let (inner, elsewhere) = (folder.path().join("inner"), folder.path().join("elsewhere"));
    fs::create_dir_all(&inner).expect("a folder");
    fs::create_dir_all(&elsewhere).expect("a folder");
    let rows: String = (0..40).map(|at| format!("{at},{}\n", at % 2)).collect();
    fs::write(inner.join("d.csv"), rows).expect("a file");
    let csv = "[data]\nsource = \"csv\"\npath = \"d.csv\"\n[model]\nloss = \"categorical\"\n[[model.layers]]\nop = \"dense\"\n\
               units = 2\n[optimizer]\ntype = \"adam\"\n[train]\nepochs = 1\n";
    fs::write(inner.join("c.toml"), csv).expect("a file");
    let cpu = ["--device", "cpu"];
    let go = |at: &Path, arguments: &[&str]| run_in(at, &[arguments, &cpu].concat());
    stdout(&go(folder.path(), &["train", "inner/c.toml", "--out", "run"]));
    stdout(&go(&elsewhere, &["evaluate", "../run"]));
    stdout(&go(&elsewhere, &["train", "--resume", "--out", "../run", "--set", "train.epochs=2"]));
    stdout(&go(&elsewhere, &["evaluate", "../run"]));
    let set = go(&elsewhere, &["train", "../inner/c.toml", "--set", "data.path=d.csv", "--dry-run"]);
    assert_eq!(set.status.code(), Some(3), "{}", stderr(&set));
    stdout(&go(&elsewhere, &["train", "../inner/c.toml", "--set", "data.path=../inner/d.csv", "--dry-run"]));
    let home = |path: &str| {
        let mut command = binary::gradus();
        command.current_dir(&elsewhere).env("HOME", &inner).args(["train", "../inner/c.toml", "--dry-run"]).args(cpu);
        command.args(["--set", path]).output().expect("the binary runs")
    };
    stdout(&home("data.path=~/d.csv"));
    assert_eq!(home("data.path=~d.csv").status.code(), Some(3));
}
