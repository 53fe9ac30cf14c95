use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    #[state(Again)]
    loop {
        sleep(secs(5)).await;
        break;
    }
    try_join!(
        #[state(First)]
        async { pack_item(order.items[0].clone()).await },
        pack_item(order.items[1].clone()),
    )
    .await?;
    Ok(#[state(Charged)] Charge { id: order.id })
}

fn main() {}
