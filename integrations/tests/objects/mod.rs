//! The objects of S3.

mod distributed_maps;
mod faults;
mod operations;

use stepwright_integrations::{Endpoints, S3Objects, ServiceCalls};

use crate::support::S3Server;

fn calls(server: &S3Server) -> ServiceCalls {
    let endpoints = Endpoints::new().with(&server.http.url);
    let endpoints = endpoints.expect("a valid URL");
    ServiceCalls::builder().endpoints(endpoints).build()
}

fn objects(server: &S3Server) -> S3Objects {
    calls(server).objects().expect("S3 has an endpoint")
}
