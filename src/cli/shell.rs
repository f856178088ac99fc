//! `gradus completions` and `gradus man`: what a shell and a manual know of the command line, made
//! from its own definition.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure, write};

/// Write completions for a shell to stdout
#[derive(Args)]
pub struct Completions {
    /// Whose
    #[arg(value_enum)]
    shell: Shell,
}

/// Write the manual page to stdout: gradus man | man -l -
#[derive(Args)]
pub struct Man {
    /// The page of one command
    command: Option<String>,
}

impl Completions {
    /// Writes them.
    pub fn run(self) -> Result<(), Failure> {
        let mut text = vec![];
        clap_complete::generate(self.shell, &mut Cli::command(), "gradus", &mut text);
        write(&text)
    }
}

impl Man {
    /// Writes it.
    pub fn run(self) -> Result<(), Failure> {
        let mut whole = Cli::command();
        whole.build();
        let page = match &self.command {
            None => whole,
            Some(name) => {
                let known: Vec<&str> = whole.get_subcommands().map(clap::Command::get_name).collect();
                let Some(command) = whole.find_subcommand(name) else {
                    return Err(super::unknown("command", name, &known));
                };
                command.clone()
            }
        };
        let mut text = vec![];
        clap_mangen::Man::new(page).render(&mut text)?;
        write(&text)
    }
}
