use stepwright::task;

#[task(blocking)]
async fn resize(width: u32) -> u32 {
    width / 2
}

fn main() {}
