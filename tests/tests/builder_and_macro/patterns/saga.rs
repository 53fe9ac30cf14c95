use super::super::domain::same;
use super::{known, read};
use stepwright::builder::{AnyInput, FlowBuilder, Lint, Retry, States};
use stepwright::{ErrorOutput, errors, expr};
use stepwright_examples::patterns::saga::{
    BookingError, Itinerary, PaymentError, Trip, TripBooking, book_flight, book_hotel,
    cancel_flight, cancel_hotel, charge, refund,
};

/// A step is retried within seconds; a compensation is retried for minutes.
fn soon<E>(errors: E) -> Retry<E> {
    Retry::on(errors)
        .interval(2)
        .max_attempts(3)
        .backoff_rate(2.0)
        .full_jitter()
}

fn for_minutes() -> Retry<States> {
    Retry::on(States::ALL)
        .interval(5)
        .max_attempts(6)
        .backoff_rate(2.0)
        .max_delay(120)
}

#[test]
fn builder_and_macro_agree_on_the_saga() {
    let flow = FlowBuilder::<Trip, Itinerary>::new("TripBooking")
        .comment("Books a flight and a hotel and charges the traveller: all of it, or nothing.")
        .deny(Lint::UnhandledErrors)
        .allow(Lint::UnusedVariables)
        .timeout(2 * 60 * 60)
        .lambda_retries();
    let trip = flow.parameter("trip");
    let (flight, hotel) = (flow.variable("flight"), flow.variable("hotel"));
    let payment = flow.variable("payment");
    let reason = flow.variable::<String>("reason");
    let left = flow.variable::<String>("left");
    let (fly, stay, pay) = (
        flow.step("BookFlight"),
        flow.step("BookHotel"),
        flow.step("Charge"),
    );
    let (repay, no_hotel, no_flight) = (
        flow.step("Refund"),
        flow.step("CancelHotel"),
        flow.step("CancelFlight"),
    );
    let (call, booked) = (flow.step("CallSupport"), flow.step("Booked"));
    let (not_booked, not_undone) = (flow.step("NotBooked"), flow.step("NotUndone"));
    flow.start_at(&fly);

    let name = || expr!(|_: AnyInput, error: ErrorOutput| error.error.unwrap_or_default());
    let sold_out = || expr!(|_: AnyInput, what: String| format!("{what} is sold out"));
    flow.task_with(&fly, book_flight {}, expr!([trip] || trip))
        .bind(&flight)
        .retry(soon(errors!(BookingError::Unavailable)))
        .catch(
            errors!(BookingError::SoldOut { what }),
            not_booked.assigning(&reason, sold_out()),
        )
        .catch(States::ALL, no_flight.assigning(&reason, name()))
        .next(&stay);
    flow.task_with(&stay, book_hotel {}, expr!([trip] || trip))
        .bind(&hotel)
        .retry(soon(errors!(BookingError::Unavailable)))
        .catch(
            errors!(BookingError::SoldOut { what }),
            no_flight.assigning(&reason, sold_out()),
        )
        .catch(States::ALL, no_hotel.assigning(&reason, name()))
        .next(&pay);
    flow.task_with(
        &pay,
        charge {},
        expr!([trip, flight, hotel] || (trip, flight.cents + hotel.cents)),
    )
    .bind(&payment)
    .retry(soon(errors!(PaymentError::Unavailable)))
    .catch(
        errors!(PaymentError::Declined { reason }),
        no_hotel.binding(&reason),
    )
    .catch(States::ALL, repay.assigning(&reason, name()))
    .next(&booked);

    let remains = |what: &'static str| {
        call.assigning(&left, expr!(|_: AnyInput, _: ErrorOutput| what.to_string()))
    };
    flow.task_with(&repay, refund {}, expr!([trip] || trip.id))
        .retry(for_minutes())
        .catch(
            States::ALL,
            remains("the payment, the hotel and the flight"),
        )
        .next(&no_hotel);
    flow.task_with(&no_hotel, cancel_hotel {}, expr!([trip] || trip.id))
        .retry(for_minutes())
        .catch(States::ALL, remains("the hotel and the flight"))
        .next(&no_flight);
    flow.task_with(&no_flight, cancel_flight {}, expr!([trip] || trip.id))
        .retry(for_minutes())
        .catch(States::ALL, remains("the flight"))
        .next(&not_booked);
    flow.service::<_, AnyInput, _>(
        &call,
        "arn:aws:states:::sns:publish",
        [
            ("TopicArn", read!([] placeholder!("SupportTopicArn"))),
            ("Subject", known("A booking could not be undone")),
            (
                "Message",
                read!([trip, reason, left] format!("trip {}, {reason}: {left} must be undone by hand", trip.id)),
            ),
        ],
    )
    .comment("Only a person can undo the remaining bookings.")
    .next(&not_undone);
    flow.succeed_with(
        &booked,
        expr!(
            [flight, hotel, payment]
                || Itinerary {
                    flight,
                    hotel,
                    payment
                }
        ),
    );
    flow.fail(&not_booked, "NotBooked", expr!([reason] || reason));
    flow.fail(
        &not_undone,
        "NotUndone",
        expr!([left] || format!("{left} must be undone by hand")),
    );
    same::<TripBooking, _, _>(&flow.build().unwrap());
}
