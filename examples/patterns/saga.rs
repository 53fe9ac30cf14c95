//! A saga: each step has a compensation. If a step fails, the workflow undoes the earlier steps in
//! reverse order. A step that ended without a clear result may have happened, so the workflow
//! undoes it as well. A person handles a failed compensation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Trip {
    /// All bookings are made and undone under this id, so that a step which is tried again books once, and undoing what was never
    /// booked does no harm.
    pub id: String,
    pub traveller: String,
    pub from: String,
    pub to: String,
}

/// The bookings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Booking {
    pub reference: String,
    pub cents: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Itinerary {
    pub flight: Booking,
    pub hotel: Booking,
    pub payment: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum BookingError {
    #[error("{what} is sold out")]
    SoldOut { what: String },
    #[error("the partner does not answer")]
    Unavailable,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("declined: {reason}")]
    Declined { reason: String },
    #[error("the gateway does not answer")]
    Unavailable,
}

#[task]
pub async fn book_flight(trip: Trip) -> Result<Booking, BookingError>;
#[task]
pub async fn cancel_flight(trip: String) -> Result<(), BookingError>;
#[task]
pub async fn book_hotel(trip: Trip) -> Result<Booking, BookingError>;
#[task]
pub async fn cancel_hotel(trip: String) -> Result<(), BookingError>;
#[task]
pub async fn charge(trip: Trip, cents: u64) -> Result<String, PaymentError>;
#[task]
pub async fn refund(trip: String) -> Result<(), PaymentError>;

workflow! {
    /// Books a flight and a hotel and charges the traveller: all of it, or nothing.
    pub workflow TripBooking(trip: Trip) -> Itinerary {
        deny unhandled_errors;
        timeout 2h;
        lambda_retries;

        task BookFlight {
            let flight = book_flight(trip);
            retry BookingError::Unavailable (interval: 2s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            catch BookingError::SoldOut { what } => { let reason = format!("{what} is sold out"); next NotBooked; }
            catch States::ALL as error => { let reason = error.error.unwrap_or_default(); next CancelFlight; }
            next BookHotel;
        }

        task BookHotel {
            let hotel = book_hotel(trip);
            retry BookingError::Unavailable (interval: 2s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            catch BookingError::SoldOut { what } => { let reason = format!("{what} is sold out"); next CancelFlight; }
            catch States::ALL as error => { let reason = error.error.unwrap_or_default(); next CancelHotel; }
            next Charge;
        }

        task Charge {
            let payment = charge(trip, flight.cents + hotel.cents);
            retry PaymentError::Unavailable (interval: 2s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            catch PaymentError::Declined { reason } => CancelHotel;
            catch States::ALL as error => { let reason = error.error.unwrap_or_default(); next Refund; }
            next Booked;
        }

        task Refund {
            refund(trip.id);
            retry States::ALL (interval: 5s, max_attempts: 6, backoff_rate: 2.0, max_delay: 2m);
            catch States::ALL => { let left = "the payment, the hotel and the flight".to_string(); next CallSupport; }
            next CancelHotel;
        }

        task CancelHotel {
            cancel_hotel(trip.id);
            retry States::ALL (interval: 5s, max_attempts: 6, backoff_rate: 2.0, max_delay: 2m);
            catch States::ALL => { let left = "the hotel and the flight".to_string(); next CallSupport; }
            next CancelFlight;
        }

        task CancelFlight {
            cancel_flight(trip.id);
            retry States::ALL (interval: 5s, max_attempts: 6, backoff_rate: 2.0, max_delay: 2m);
            catch States::ALL => { let left = "the flight".to_string(); next CallSupport; }
            next NotBooked;
        }

        /// Only a person can undo the remaining bookings.
        task CallSupport {
            service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("SupportTopicArn"),
                Subject: "A booking could not be undone",
                Message: format!("trip {}, {reason}: {left} must be undone by hand", trip.id)
            };
            next NotUndone;
        }

        succeed Booked { Itinerary { flight, hotel, payment } }
        fail NotBooked { "NotBooked", reason }
        fail NotUndone { "NotUndone", format!("{left} must be undone by hand") }
    }
}
