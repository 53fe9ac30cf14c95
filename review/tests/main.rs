//! Tests of rehearsals and reviews.

mod rehearsal;
mod review;
