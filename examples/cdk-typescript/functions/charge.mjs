// Charges the card of an order. The name of the error is its name in the state machine.
export async function handler(order) {
  if (order.cents > 100_000) {
    const declined = new Error("the limit of the card is 1,000.00");
    declined.name = "CardDeclined";
    throw declined;
  }
  return { chargeId: `ch-${order.id}` };
}
