use std::rc::Rc;
use stepwright::prelude::*;

#[task]
async fn count() -> usize {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    *shared
}

fn main() {}
