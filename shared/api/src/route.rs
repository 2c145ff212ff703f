//! Tables of routes. A function declares its routes once, with [`routes!`](crate::routes): the dispatcher, the authorization and
//! the description of the API all read that table.

use super::{Body, Error, Problem, Request};
use domain::settings::Role;

/// A route: what the template names, who may call it, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// As the template declares it: `POST /orders/{order_id}/cancel`.
    pub key: &'static str,
    pub access: Access,
    pub takes: Takes,
    /// Whether it takes an `Idempotency-Key`.
    pub keyed: bool,
    /// The parameters of its query string. Others are refused.
    pub query: &'static [&'static str],
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Keys of these roles, beside operators, who may do everything.
    Keys(&'static [Role]),
    /// Whoever signs the request.
    Signature,
}

/// An operator may do everything.
pub(crate) fn allows(roles: &[Role], role: Role) -> bool {
    role == Role::Operator || roles.contains(&role)
}

/// What a route makes of the body.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// It changes something and says everything in its path: a body was meant for something else, and is refused.
    Nothing,
    /// It changes nothing, and does not look at a body.
    Anything,
    /// JSON of one type.
    Json(Kind),
    /// The bytes as they were signed.
    Signed,
}

/// The type of a body.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Reads the body of a request, to see what is wrong with it.
    pub check: fn(&Request) -> Result<(), Error>,
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Kind {
    pub const fn of<T: Body>() -> Self {
        Self {
            check: |request| request.read::<T>().map(drop),
            #[cfg(feature = "schema")]
            schema: schemars::SchemaGenerator::subschema_for::<T>,
        }
    }
}

impl Takes {
    /// Of a route that names no type of body.
    pub const fn none(key: &str) -> Self {
        if key.as_bytes()[0] == b'G' { Self::Anything } else { Self::Nothing }
    }
}

impl Route {
    /// The method and the path.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.key.split_once(' ').unwrap_or_default()
    }

    /// The names of the path's parameters. `{sku+}` takes the rest of the path, with its slashes.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        let name = |part: &'static str| part.strip_prefix('{')?.strip_suffix('}');
        self.parts().1.split('/').filter_map(name).map(|name| name.trim_end_matches('+'))
    }
}

/// No function was declared to answer this.
pub fn unknown(route: &str) -> Error {
    Problem::not_found(format!("there is no route {route}")).into()
}

/// Declares the routes of a function: `ROUTES`, and the `handle` that answers them.
///
/// ```ignore
/// api::routes! {
///     App;
///     // Roles beside operators; what it takes; `keyed` if it takes an `Idempotency-Key`.
///     "POST /orders" (Storefront) PlaceOrder, keyed => place::place;
///     // Without a type of body: a GET looks at none, another request that has one is refused. `query` names the parameters.
///     "GET /orders" (Storefront, Warehouse), query [status limit cursor] => read::list;
///     // Authenticated by its signature; what it takes is for its handler to read.
///     "POST /webhooks/payments/{provider}" signed => receive;
/// }
/// ```
///
/// Who may call is known before anything of the request is read: by the key, and by the `clock` of the function's `App`, since keys
/// expire. Handlers are given the `App`, the [`Caller`](crate::Caller)
/// (unless signed), the body (if it takes one), and the request.
#[macro_export]
macro_rules! routes {
    ($app:ty; $($key:literal $access:tt $($body:ty)? $(, $option:ident $([$($query:ident)*])?)? => $handler:path;)+) => {
        /// The routes of this function.
        pub const ROUTES: &[$crate::Route] =
            &[$($crate::routes!(@row $key $access [$($body)?] [$($option $([$($query)*])?)?])),+];

        /// Answers a request of one of the [`ROUTES`].
        pub async fn handle(app: &$app, request: &$crate::Request) -> Result<$crate::Response, $crate::Error> {
            match request.route.as_str() {
                $($key => $crate::routes!(@call app request $key $access [$($body)?] [$($option $([$($query)*])?)?] $handler),)+
                route => Err($crate::unknown(route)),
            }
        }
    };

    (@row $key:literal signed [] []) => {
        $crate::Route { key: $key, access: $crate::Access::Signature, takes: $crate::Takes::Signed, keyed: false, query: &[] }
    };
    (@row $key:literal ($($role:ident),*) [$($body:ty)?] $options:tt) => {
        $crate::Route {
            key: $key,
            access: $crate::routes!(@roles $($role),*),
            takes: $crate::routes!(@takes $key [$($body)?]),
            keyed: $crate::routes!(@keyed $options),
            query: $crate::routes!(@query $options),
        }
    };

    (@roles $($role:ident),*) => { $crate::Access::Keys(&[$($crate::Role::$role),*]) };
    (@takes $key:literal []) => { $crate::Takes::none($key) };
    (@takes $key:literal [$body:ty]) => { $crate::Takes::Json($crate::Kind::of::<$body>()) };
    (@keyed [keyed]) => { true };
    (@keyed $options:tt) => { false };
    (@query [query [$($name:ident)*]]) => { &[$(stringify!($name)),*] };
    (@query $options:tt) => { &[] };

    (@call $app:ident $request:ident $key:literal signed [] [] $handler:path) => {
        $handler($app, $request).await
    };
    (@call $app:ident $request:ident $key:literal ($($role:ident),*) [$($body:ty)?] $options:tt $handler:path) => {{
        let caller = $request.authorize(&[$($crate::Role::$role),*], $app.clock.now())?;
        $request.knows_query($crate::routes!(@query $options))?;
        $crate::routes!(@check_key $options $request);
        $crate::routes!(@pass $app caller $request $key [$($body)?] $handler)
    }};

    (@check_key [keyed] $request:ident) => { $request.idempotency_key()? };
    (@check_key $options:tt $request:ident) => {};

    (@pass $app:ident $caller:ident $request:ident $key:literal [] $handler:path) => {{
        if matches!($crate::Takes::none($key), $crate::Takes::Nothing) {
            $request.no_body()?;
        }
        $handler($app, $caller, $request).await
    }};
    (@pass $app:ident $caller:ident $request:ident $key:literal [$body:ty] $handler:path) => {{
        let body = $request.read::<$body>()?;
        $handler($app, $caller, body, $request).await
    }};
}

#[cfg(test)]
mod tests;
