//! The event bus of `serve --events`, as the engine of the server reaches it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use stepwright_integrations::SigningKeys;
use stepwright_server::AccessKeys;
use uuid::Uuid;

use crate::engine::service_calls::OwnEvents;

/// Returns the event bus of a server at an address. If requests must be signed, the server accepts
/// one more pair of keys, which only this process knows.
pub(super) fn own_events(address: SocketAddr, keys: &mut Option<AccessKeys>) -> OwnEvents {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let own = keys.take().map(|accepted| {
        let id = format!("events-{}", Uuid::new_v4());
        // Two of them have 244 random bits.
        let secret = format!("{}{}", Uuid::new_v4(), Uuid::new_v4());
        *keys = Some(accepted.key(&id, &secret));
        SigningKeys::of_pair(id, secret)
    });
    OwnEvents {
        url: format!("http://{}", SocketAddr::new(host, address.port())),
        keys: own,
    }
}
