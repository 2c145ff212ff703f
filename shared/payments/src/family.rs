//! What the list of providers expands to: an enum for each thing that a provider supplies. It has a variant per
//! provider, and its methods only call the provider's own module.

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

            /// Who gives it evidence for disputes.
            pub fn answering(self) -> $crate::evidence::Answering {
                match self {
                    $(Self::$variant => $module::ANSWERING),+
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

            /// Its API, as the environment configures it.
            fn api(
                self,
                aws: &runtime::Aws,
                clock: &runtime::Clock,
            ) -> Result<ApiClient, runtime::ConfigError> {
                match self {
                    $(Self::$variant => $module::Api::from_env(aws, clock).map(ApiClient::$variant)),+
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

            /// The genuine parts of a request, as bytes: one per event. A request that is not genuine is refused with 401,
            /// one for another mode with 400, one that is too long with 413. Nothing is then recorded. A secret that cannot
            /// be read is our fault (500), and the provider tries again.
            ///
            /// `now` is when the request was received.
            pub async fn verify(&self, request: &api::Request, now: jiff::Timestamp) -> Result<Vec<Vec<u8>>, api::Error> {
                match self {
                    $(Self::$variant(own) => own.verify(request, now).await),+
                }
            }

            /// What a genuine part says, whether it came just now or was kept for a later version to understand. A
            /// [problem](api::Error::Problem) is in what it says; any other error is in finding out.
            pub async fn understand(
                &self,
                genuine: &[u8],
                now: jiff::Timestamp,
            ) -> Result<$crate::webhook::Said, api::Error> {
                match self {
                    $(Self::$variant(own) => own.understand(genuine, now).await),+
                }
            }

            /// The answer that the provider expects once all that a request says is handled.
            pub fn answer(&self, outcomes: &[$crate::webhook::Outcome]) -> api::Response {
                match self {
                    $(Self::$variant(own) => own.answer(outcomes)),+
                }
            }
        }

        /// A provider's API.
        #[derive(Debug)]
        pub enum ApiClient {
            $($variant($module::Api)),+
        }

        impl ApiClient {
            pub fn provider(&self) -> Provider {
                match self {
                    $(Self::$variant(_) => Provider::$variant),+
                }
            }

            /// How long a repeated idempotency key certainly means the same request. After that, look for what it did
            /// with [`find`](Self::find) before asking again.
            pub fn key_lifetime(&self) -> jiff::SignedDuration {
                match self {
                    $(Self::$variant(_) => $module::KEY_LIFETIME),+
                }
            }

            /// How long after an attempt was begun the provider is certain to show it, if it was made.
            pub fn settling(&self) -> jiff::SignedDuration {
                match self {
                    $(Self::$variant(_) => $module::SETTLING),+
                }
            }

            /// Whether the provider can be asked at all. Otherwise nothing is marked as sent.
            pub async fn ready(&self) -> Result<(), app::Error> {
                match self {
                    $(Self::$variant(own) => own.ready().await),+
                }
            }

            /// Asks for a refund, a capture or a void. An error means that the outcome is unknown, and the same request
            /// must be made again. So does [`Reply::Failed`](crate::request::Reply::Failed), unless the failure is for good.
            pub async fn request(
                &self,
                request: &$crate::request::MoneyRequest<'_>,
            ) -> Result<$crate::request::Reply, app::Error> {
                match self {
                    $(Self::$variant(own) => own.request(request).await),+
                }
            }

            /// Gives evidence for a dispute. What it answers means the same as for a request for money.
            pub async fn submit(
                &self,
                request: &$crate::evidence::EvidenceRequest<'_>,
            ) -> Result<$crate::request::Reply, app::Error> {
                match self {
                    $(Self::$variant(own) => $crate::evidence::TakesEvidence::submit(own, request).await),+
                }
            }

            /// Looks whether a dispute was answered. None: it is not answered now.
            pub async fn find_submitted(
                &self,
                request: &$crate::evidence::EvidenceRequest<'_>,
            ) -> Result<Option<$crate::request::Outcome>, app::Error> {
                match self {
                    $(Self::$variant(own) => $crate::evidence::TakesEvidence::find_submitted(own, request).await),+
                }
            }

            /// What the provider knows of a payment now, as facts. None if it does not know it, or if the customer has
            /// not finished. Record them as a webhook's: the order that the provider names may be another one than the
            /// order that claims the payment.
            pub async fn payment(
                &self,
                id: &domain::ids::ProviderId,
                now: jiff::Timestamp,
            ) -> Result<Vec<$crate::webhook::ReportedEvent>, app::Error> {
                match self {
                    $(Self::$variant(own) => own.payment(id, now).await),+
                }
            }

            /// The kinds of movements of which the provider's list tells all. None: it has no list that a program can read.
            pub fn lists(&self) -> &'static [domain::books::MovementKind] {
                match self {
                    $(Self::$variant(own) => own.lists()),+
                }
            }

            /// How long after the end of a day (UTC) the provider's list of it is complete.
            pub fn listed_after(&self) -> jiff::SignedDuration {
                match self {
                    $(Self::$variant(_) => $module::LISTED_AFTER),+
                }
            }

            /// The kinds of movements that [`payment`](Self::payment) tells of a payment it knows, all there are.
            pub fn tells(&self) -> &'static [domain::books::MovementKind] {
                match self {
                    $(Self::$variant(_) => $module::TELLS),+
                }
            }

            /// A page of what the provider lists between two moments, from a cursor of the page before. Later moments may be
            /// listed too.
            pub async fn listed(
                &self,
                window: &std::ops::Range<jiff::Timestamp>,
                cursor: Option<&str>,
            ) -> Result<$crate::listing::Page, app::Error> {
                match self {
                    $(Self::$variant(own) => own.listed(window, cursor).await),+
                }
            }

            /// What the provider knows of a refund that its list names, where [`payment`](Self::payment) does not tell of all.
            /// Record it as a webhook's.
            pub async fn listed_refund(
                &self,
                id: &domain::ids::ProviderId,
                now: jiff::Timestamp,
            ) -> Result<Vec<$crate::webhook::ReportedEvent>, app::Error> {
                match self {
                    $(Self::$variant(own) => $crate::listing::ListsRefunds::listed_refund(own, id, now).await),+
                }
            }

            /// Looks for what was asked for, among all that was done with its payment. None: it is not done now.
            pub async fn find(
                &self,
                request: &$crate::request::MoneyRequest<'_>,
            ) -> Result<Option<$crate::request::Outcome>, app::Error> {
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

            impl From<$module::Api> for ApiClient {
                fn from(own: $module::Api) -> Self {
                    Self::$variant(own)
                }
            }
        )+
    };
}
