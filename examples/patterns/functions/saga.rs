//! A saga, as an async function. It differs from `saga.rs` in the compensation: a number says which
//! steps to undo, instead of transitions into a chain.

use crate::patterns::saga::{
    BookingError, Itinerary, PaymentError, Trip, book_flight, book_hotel, cancel_flight,
    cancel_hotel, charge, refund,
};
use stepwright::function::*;
use stepwright::services::sns;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum TripFailed {
    #[error("{reason}")]
    #[task_error(name = "NotBooked")]
    NotBooked { reason: String },
    #[error("{left} must be undone by hand")]
    #[task_error(name = "NotUndone")]
    NotUndone { left: String },
}

/// Books a flight and a hotel and charges the traveller: all of it, or nothing.
#[workflow(timeout = hours(2), lambda_retries, deny(unhandled_errors))]
pub async fn trip_booking(trip: Trip) -> Result<Itinerary, TripFailed> {
    // The number of steps to undo, with a step that ended without a clear result.
    let (steps, reason) = 'book: {
        let flight = match book_flight(&trip)
            .retry(
                |e| matches!(e, BookingError::Unavailable),
                every(secs(2)).times(3).backoff(2.0).jitter(),
            )
            .await
        {
            Ok(flight) => flight,
            Err(BookingError::SoldOut { what }) => break 'book (0, format!("{what} is sold out")),
            Err(_) => break 'book (1, "the airline failed".to_owned()),
        };
        let hotel = match book_hotel(&trip)
            .retry(
                |e| matches!(e, BookingError::Unavailable),
                every(secs(2)).times(3).backoff(2.0).jitter(),
            )
            .await
        {
            Ok(hotel) => hotel,
            Err(BookingError::SoldOut { what }) => break 'book (1, format!("{what} is sold out")),
            Err(_) => break 'book (2, "the hotel failed".to_owned()),
        };
        match charge(&trip, flight.cents + hotel.cents)
            .retry(
                |e| matches!(e, PaymentError::Unavailable),
                every(secs(2)).times(3).backoff(2.0).jitter(),
            )
            .await
        {
            Ok(payment) => {
                #[state(Booked)]
                return Ok(Itinerary {
                    flight,
                    hotel,
                    payment,
                });
            }
            Err(PaymentError::Declined { reason }) => (2, reason),
            Err(_) => (3, "the bank failed".to_owned()),
        }
    };

    // Undoes the steps in reverse order.
    let left = 'undo: {
        #[state(IfCharged)]
        if steps >= 3 {
            let Ok(()) = refund(&trip.id)
                .retry(
                    |_| true,
                    every(secs(5)).times(6).backoff(2.0).max_delay(mins(2)),
                )
                .await
            else {
                break 'undo "the payment, the hotel and the flight";
            };
        }
        #[state(IfHotel)]
        if steps >= 2 {
            let Ok(()) = cancel_hotel(&trip.id)
                .retry(
                    |_| true,
                    every(secs(5)).times(6).backoff(2.0).max_delay(mins(2)),
                )
                .await
            else {
                break 'undo "the hotel and the flight";
            };
        }
        #[state(IfFlight)]
        if steps >= 1 {
            let Ok(()) = cancel_flight(&trip.id)
                .retry(
                    |_| true,
                    every(secs(5)).times(6).backoff(2.0).max_delay(mins(2)),
                )
                .await
            else {
                break 'undo "the flight";
            };
        }
        return Err(TripFailed::NotBooked { reason });
    };

    // Only a person can undo the remaining bookings.
    let message = format!("trip {}, {reason}: {left} must be undone by hand", trip.id);
    service(
        sns::publish(placeholder!("SupportTopicArn"), message)
            .subject("A booking could not be undone"),
    )
    .named("CallSupport")
    .await;
    Err(TripFailed::NotUndone {
        left: left.to_owned(),
    })
}
