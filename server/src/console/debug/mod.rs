//! The debugger: pages that step one execution by hand. The execution exists only here; the engine
//! neither runs nor stores it.
//!
//! | file | content |
//! |---|---|
//! | `sessions.rs`, `session.rs`, `frame.rs` | the open debuggers; one debugger; one of its executions: the first one, or one that it starts |
//! | `subject.rs`, `request.rs`, `new_session.rs` | what is debugged; what a program debugs; the form that starts a debugger |
//! | `commands.rs`, `answer.rs`, `nested.rs`, `handler_call.rs` | the forms of a debugger: steps, answers, nested executions, the call of a real handler |
//! | `outcome.rs` | the outcome of a form |
//! | `page.rs`, `position.rs`, `forms.rs`, `history.rs` | the page of a debugger |

mod answer;
mod commands;
mod forms;
mod frame;
mod handler_call;
mod history;
mod nested;
mod new_session;
mod outcome;
mod page;
mod position;
mod request;
mod session;
mod sessions;
mod subject;

pub(super) use self::commands::act;
pub(super) use self::history::history_file;
pub(super) use self::new_session::{create, form};
pub(super) use self::page::page;
pub use self::request::DebugRequest;
pub(crate) use self::sessions::DebugSessions;
pub(crate) use self::subject::DebugSubject;
