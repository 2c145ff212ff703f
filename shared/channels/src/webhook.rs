//! What shops report through their webhooks.

use crate::{seam::Told, woocommerce};
use api::Request;
use domain::settings::ChannelKind;
use webhooks::SignatureError;

/// Whether a request carries a signature. One that does not is read without any secret, so that strangers cannot make us read secrets.
pub fn is_signed(kind: ChannelKind, request: &Request) -> bool {
    let header = match kind {
        ChannelKind::WooCommerce => woocommerce::HEADER,
    };
    request.header(header).is_some()
}

/// Reads a request that came to the webhook of a channel. The only error is a signature that is not genuine, so that
/// [`signed::check`](webhooks::signed::check) can try a newer secret.
///
/// `webhook_secret`: of the channel's [`Credentials`](crate::Credentials). It may be empty if the request is not signed.
pub fn read_webhook(kind: ChannelKind, request: &Request, webhook_secret: &str) -> Result<Told, SignatureError> {
    match kind {
        ChannelKind::WooCommerce => woocommerce::read_webhook(request, webhook_secret),
    }
}
