// Orders the shipment.
export async function handler({ id }) {
  return { shipped: id };
}
