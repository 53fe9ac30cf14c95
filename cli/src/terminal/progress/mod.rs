//! Progress on standard error: of one execution (`run`), of a server (`serve`), and of work that
//! takes long.

mod bar;
pub(crate) mod choice;
mod destination;
mod drawn_block;
mod duration;
mod execution_progress;
mod follow_run;
mod follow_server;
mod frame;
mod live_block;
mod progress_line;
mod row;
#[cfg(test)]
mod screen;
mod server_progress;
mod terminal;
mod wait_text;

pub(crate) use self::destination::Destination;
pub(crate) use self::drawn_block::{Part, write_part};
pub(crate) use self::follow_run::follow;
pub(crate) use self::follow_server::{ServerProgress, endpoint};
pub(crate) use self::live_block::AboveBlock;
pub(crate) use self::progress_line::ProgressLine;
#[cfg(test)]
pub(crate) use self::row::Row;
