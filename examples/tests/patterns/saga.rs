use serde_json::json;
use stepwright_examples::patterns::saga::{
    Booking, BookingError, Itinerary, PaymentError, Trip, TripBooking, book_flight, book_hotel,
    cancel_flight, cancel_hotel, charge, refund,
};
use stepwright_runtime::testing::properties::{Settings, explore_paths};
use stepwright_runtime::testing::{Mock, Mocks, expect};

use super::run;

pub(super) fn trip() -> Trip {
    Trip {
        id: "t-1".to_owned(),
        traveller: "Ada".to_owned(),
        from: "London".to_owned(),
        to: "Turin".to_owned(),
    }
}

pub(super) fn booking(reference: &str, cents: u64) -> Booking {
    Booking {
        reference: reference.to_owned(),
        cents,
    }
}

/// All bookings, payments and compensations succeed; a test replaces the parts that should fail.
pub(super) fn partners() -> Mocks {
    Mocks::new()
        .task::<book_flight>(Mock::returns(booking("f-1", 30_000)))
        .task::<book_hotel>(Mock::returns(booking("h-1", 20_000)).optional())
        .task::<charge>(Mock::returns("p-1".to_owned()).optional())
        .task::<refund>(Mock::returns(()).optional())
        .task::<cancel_hotel>(Mock::returns(()).optional())
        .task::<cancel_flight>(Mock::returns(()).optional())
        .state(
            "CallSupport",
            Mock::output(json!({"MessageId": "m-1"})).optional(),
        )
}

pub(super) fn sold_out(what: &str) -> BookingError {
    BookingError::SoldOut {
        what: what.to_owned(),
    }
}

#[tokio::test]
async fn a_successful_trip_is_booked_without_compensation() {
    let report = run::<TripBooking>(partners(), trip()).await;
    expect(&report)
        .path(["BookFlight", "BookHotel", "Charge", "Booked"])
        .output(Itinerary {
            flight: booking("f-1", 30_000),
            hotel: booking("h-1", 20_000),
            payment: "p-1".to_owned(),
        })
        .task_calls::<charge>([(trip(), 50_000)]);
}

#[tokio::test]
async fn a_sold_out_flight_needs_no_compensation() {
    let mocks = partners().task::<book_flight>(Mock::fails(sold_out("the flight")));
    let report = run::<TripBooking>(mocks, trip()).await;
    expect(&report)
        .path(["BookFlight", "NotBooked"])
        .failed("NotBooked")
        .cause("the flight is sold out");
}

#[tokio::test]
async fn a_sold_out_hotel_cancels_the_flight() {
    let mocks = partners().task::<book_hotel>(Mock::fails(sold_out("the hotel")));
    let report = run::<TripBooking>(mocks, trip()).await;
    expect(&report)
        .path(["BookFlight", "BookHotel", "CancelFlight", "NotBooked"])
        .cause("the hotel is sold out")
        .task_calls::<cancel_flight>(["t-1".to_owned()]);
}

#[tokio::test]
async fn a_declined_card_cancels_both_bookings_in_reverse_order() {
    let declined = PaymentError::Declined {
        reason: "no funds".to_owned(),
    };
    let mocks = partners().task::<charge>(Mock::fails(declined));
    let report = run::<TripBooking>(mocks, trip()).await;
    expect(&report)
        .path([
            "BookFlight",
            "BookHotel",
            "Charge",
            "CancelHotel",
            "CancelFlight",
            "NotBooked",
        ])
        .failed("NotBooked")
        .cause("no funds")
        .task_called::<refund>(0);
}

#[tokio::test]
async fn an_uncertain_payment_is_refunded() {
    let mocks = partners().task::<charge>(Mock::fails(PaymentError::Unavailable));
    let report = run::<TripBooking>(mocks, trip()).await;
    expect(&report)
        .path([
            "BookFlight",
            "BookHotel",
            "Charge",
            "Refund",
            "CancelHotel",
            "CancelFlight",
            "NotBooked",
        ])
        .task_called::<charge>(4)
        .cause("PaymentError.Unavailable");
}

#[tokio::test]
async fn a_failing_compensation_is_retried_before_support_is_called() {
    let mocks = partners()
        .task::<book_hotel>(Mock::fails(BookingError::Unavailable))
        .task::<cancel_hotel>(Mock::fails(BookingError::Unavailable));
    let report = run::<TripBooking>(mocks, trip()).await;
    expect(&report)
        .path(["BookFlight", "BookHotel", "CancelHotel", "CallSupport", "NotUndone"])
        .failed("NotUndone")
        .cause("the hotel and the flight must be undone by hand")
        .task_called::<cancel_hotel>(7)
        .calls(
            "CallSupport",
            [json!({
                "TopicArn": "the SupportTopicArn",
                "Subject": "A booking could not be undone",
                "Message": "trip t-1, BookingError.Unavailable: the hotel and the flight must be undone by hand",
            })],
        );
}

/// On all paths with two failures, the compensations handle each error.
#[test]
fn errors_of_every_step_are_compensated() {
    let mut settings = Settings::new();
    settings.undeclared_errors = true;
    let report = explore_paths::<TripBooking>(&settings).expect("it can be explored");
    report.assert_clean();
}
