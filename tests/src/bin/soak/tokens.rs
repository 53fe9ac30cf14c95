//! Tokens that are answered by several threads, late, and by senders that cancel.

use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use stepwright_runtime::{Engine, TokenError};

use crate::client::{Client, Started, output};
use crate::world::{Lost, in_time, lock, must};

/// The outcome of an answer.
#[derive(Debug)]
enum AnswerOutcome {
    Accepted,
    Refused(TokenError),
    /// Its sender was dropped before it got a response.
    GivenUp,
}

#[derive(Clone)]
struct Answer {
    number: u64,
    is_success: bool,
    /// How often its sender polls for the response. All polls take less than a tick of tokio's
    /// clock.
    patience: Option<u64>,
}

impl Answer {
    async fn send(self, engine: Engine, token: String) -> AnswerOutcome {
        let sending = async {
            if self.is_success {
                engine.send_task_success(&token, &self.number).await
            } else {
                let error = format!("Refused{}", self.number);
                engine.send_task_failure(&token, Some(&error), None).await
            }
        };
        let Some(patience) = self.patience else {
            return sending
                .await
                .map_or_else(AnswerOutcome::Refused, |()| AnswerOutcome::Accepted);
        };
        let gives_up = async {
            for _ in 0..patience {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            told = sending => told.map_or_else(AnswerOutcome::Refused, |()| AnswerOutcome::Accepted),
            () = gives_up => AnswerOutcome::GivenUp,
        }
    }

    /// Whether the execution's output follows from this answer.
    fn is_in(&self, output: &Value) -> bool {
        if self.is_success {
            *output == self.number
        } else {
            output["Error"] == format!("Refused{}", self.number).as_str()
        }
    }
}

impl Client {
    /// Answers a token at a random time, from three tasks, and again after the end.
    pub(crate) async fn approve(&self) -> Result<(), Lost> {
        let run = self.start("approval", json!({})).await?;
        let token = self.token(&run).await?;
        tokio::time::sleep(Duration::from_millis(self.below(1_050))).await;
        let answers = [1, 2, 3].map(|number| Answer {
            number,
            is_success: self.below(4) != 0,
            patience: (self.below(3) == 0).then(|| self.below(8)),
        });
        let senders = answers
            .clone()
            .map(|answer| tokio::spawn(answer.send(self.engine.clone(), token.clone())));
        let mut told = Vec::new();
        for sender in senders {
            let answered = in_time(format!("an answer to {}", run.id()), sender).await?;
            told.push(answered.map_err(|error| error.to_string())?);
        }
        let output = output(&*self.end(&run).await?)?;
        self.judge(&answers, &told, &output).map_err(|wrong| {
            format!(
                "{}: the answers returned {told:?}, and the output is {output}: {wrong}",
                run.id()
            )
        })?;
        let answer = json!("late");
        let late = self.engine.send_task_success(&token, &answer);
        let late = in_time(format!("a late answer to {}", run.id()), late).await?;
        self.world.counts.refused.add(1);
        let is_refused = matches!(
            late,
            Err(TokenError::TaskTimedOut | TokenError::TaskDoesNotExist)
        );
        must(is_refused, || {
            format!("{}: a late answer gave {late:?}", run.id())
        })
    }

    fn judge(
        &self,
        answers: &[Answer],
        told: &[AnswerOutcome],
        output: &Value,
    ) -> Result<(), &'static str> {
        let counts = &self.world.counts;
        let is_timed_out = output["Error"] == "States.Timeout";
        let mut taken = 0;
        let mut may_be_taken = false;
        for (answer, told) in answers.iter().zip(told) {
            match told {
                AnswerOutcome::Accepted => {
                    counts.taken.add(1);
                    taken += 1;
                    if !answer.is_in(output) {
                        return Err("an accepted answer was lost");
                    }
                }
                AnswerOutcome::Refused(error) => {
                    counts.refused.add(1);
                    let is_why = match error {
                        TokenError::TaskTimedOut => is_timed_out,
                        TokenError::TaskDoesNotExist => !is_timed_out,
                        _ => false,
                    };
                    if !is_why {
                        return Err("an answer was refused with a wrong reason");
                    }
                }
                AnswerOutcome::GivenUp => {
                    counts.given_up.add(1);
                    may_be_taken |= answer.is_in(output);
                }
            }
        }
        match taken {
            0 if is_timed_out || may_be_taken => Ok(()),
            0 => Err("no caller sent that answer"),
            1 => Ok(()),
            _ => Err("several answers were accepted"),
        }
    }

    /// Answers as many tokens as an engine remembers after their end, so that its memory does not
    /// grow any further.
    pub(crate) async fn fill(&self) -> Result<(), Lost> {
        const REMEMBERED: usize = 65_536;
        const AT_ONCE: usize = 256;
        for _ in 0..REMEMBERED / AT_ONCE {
            try_join_all((0..AT_ONCE).map(|_| async {
                let run = self.start("approval", json!({})).await?;
                let token = self.token(&run).await?;
                let answered = self.engine.send_task_success(&token, &json!(1)).await;
                // It may be queued for longer than its timeout.
                if answered != Err(TokenError::TaskTimedOut) {
                    answered.map_err(|error| format!("{}: {error}", run.id()))?;
                }
                self.succeeds(&run).await
            }))
            .await?;
        }
        Ok(())
    }

    /// The token of the execution's handler.
    async fn token(&self, run: &Started) -> Result<String, Lost> {
        in_time(format!("the token of {}", run.id()), async {
            loop {
                if let Some(token) = lock(&self.world.tokens).remove(run.name()) {
                    break token;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await
    }
}
