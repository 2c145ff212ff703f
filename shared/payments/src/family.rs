//! What the list of providers expands to: an enum for each thing that a provider brings, with a variant a provider, whose
//! methods do nothing but ask the provider's own module.

macro_rules! providers {
    ($($variant:ident => $module:ident),+ $(,)?) => {
        /// A payment provider that Orderly can work with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Provider {
            $($variant),+
        }

        impl Provider {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in addresses, in payments' ids and in `PAYMENT_PROVIDERS`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $module::NAME),+
                }
            }

            /// How it counts a currency.
            pub fn units(self, currency: domain::money::Currency) -> $crate::units::Units {
                match self {
                    $(Self::$variant => $module::units(currency)),+
                }
            }

            /// How its webhook is described to people.
            pub fn description(self) -> $crate::description::Description {
                match self {
                    $(Self::$variant => $module::description()),+
                }
            }

            /// Its webhook, as the environment configures it.
            fn webhook(self, aws: &runtime::Aws, clock: &runtime::Clock) -> Result<Webhook, runtime::ConfigError> {
                match self {
                    $(Self::$variant => $module::Webhook::from_env(aws, clock).map(Webhook::$variant)),+
                }
            }

            /// Its API for refunds, as the environment configures it.
            fn refund_client(
                self,
                aws: &runtime::Aws,
                clock: &runtime::Clock,
            ) -> Result<RefundClient, runtime::ConfigError> {
                match self {
                    $(Self::$variant => $module::Refunds::from_env(aws, clock).map(RefundClient::$variant)),+
                }
            }
        }

        /// A provider's webhook.
        #[derive(Debug)]
        pub enum Webhook {
            $($variant($module::Webhook)),+
        }

        impl Webhook {
            pub fn provider(&self) -> Provider {
                match self {
                    $(Self::$variant(_) => Provider::$variant),+
                }
            }

            /// The events of a request that the provider has signed; none if they say nothing about an order's money.
            ///
            /// `now` is when the request was received. What is not genuine is refused with 401, what is for another mode
            /// or unreadable with 400, 413 or 422: then nothing is recorded. A secret that cannot be read is a fault of
            /// ours (500), and the provider tries again.
            pub async fn read(
                &self,
                request: &api::Request,
                now: jiff::Timestamp,
            ) -> Result<Vec<$crate::webhook::ReportedEvent>, api::Error> {
                match self {
                    $(Self::$variant(own) => own.read(request, now).await),+
                }
            }

            /// What the provider wants to hear once all events of a request are dealt with: one entry an event, in
            /// their order.
            pub fn answer(&self, outcomes: &[app::payments::Recorded]) -> api::Response {
                match self {
                    $(Self::$variant(own) => own.answer(outcomes)),+
                }
            }
        }

        /// A provider's API for refunds.
        #[derive(Debug)]
        pub enum RefundClient {
            $($variant($module::Refunds)),+
        }

        impl RefundClient {
            pub fn provider(&self) -> Provider {
                match self {
                    $(Self::$variant(_) => Provider::$variant),+
                }
            }

            /// How long a repeated idempotency key surely means the same refund. After that, look for it with
            /// [`find`](Self::find) before it is asked for again.
            pub fn key_lifetime(&self) -> jiff::SignedDuration {
                match self {
                    $(Self::$variant(_) => $module::KEY_LIFETIME),+
                }
            }

            /// Whether a refund can be asked for at all: nothing is marked as sent that cannot be.
            pub async fn ready(&self) -> Result<(), app::Error> {
                match self {
                    $(Self::$variant(own) => own.ready().await),+
                }
            }

            /// Asks for the refund. An error says that its outcome is unknown: the same request must be made again.
            pub async fn refund(
                &self,
                request: &$crate::refund::RefundRequest<'_>,
            ) -> Result<$crate::refund::Outcome, app::Error> {
                match self {
                    $(Self::$variant(own) => own.refund(request).await),+
                }
            }

            /// Looks for the refund among those of its payment. None: the provider surely has no such refund.
            pub async fn find(
                &self,
                request: &$crate::refund::RefundRequest<'_>,
            ) -> Result<Option<$crate::refund::Outcome>, app::Error> {
                match self {
                    $(Self::$variant(own) => own.find(request).await),+
                }
            }
        }

        $(
            impl From<$module::Webhook> for Webhook {
                fn from(own: $module::Webhook) -> Self {
                    Self::$variant(own)
                }
            }

            impl From<$module::Refunds> for RefundClient {
                fn from(own: $module::Refunds) -> Self {
                    Self::$variant(own)
                }
            }
        )+
    };
}
