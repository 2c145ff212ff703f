//! A refused request, as the developer reads it and as each AWS service answers it.

use super::super::{Service, answer::AwsError, query};
use crate::template::ACCOUNT;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

/// A request of a function that its role does not allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{function} may not {action} on {resource}: if that is its job, allow it in {role} in template.yaml")]
pub struct Refusal {
    /// The function's name.
    pub function: String,
    pub action: String,
    /// The ARN of the table, index, queue, secret or identity.
    pub resource: String,
    /// The logical id of the function's role.
    pub role: String,
}

impl Refusal {
    pub(in crate::services) fn answer(&self, service: Service) -> Response {
        let Self { function, action, resource, role } = self;
        let user = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{function}");
        let message = match service {
            Service::Ses => format!("User `{user}' is not authorized to perform `{action}' on resource `{resource}'"),
            _ => format!(
                "User: {user} is not authorized to perform: {action} on resource: {resource} because no \
                 identity-based policy allows the {action} action"
            ),
        };
        match service {
            Service::DynamoDb => {
                AwsError::new("com.amazon.coral.service#AccessDeniedException", message).into_response()
            }
            Service::CloudFormation | Service::Sns => query::refuse(StatusCode::FORBIDDEN, "AccessDenied", &message),
            Service::SecretsManager => AwsError::new("AccessDeniedException", message).into_response(),
            Service::Ses | Service::Lambda => {
                AwsError::new("AccessDeniedException", message).with_status(StatusCode::FORBIDDEN).into_response()
            }
            Service::Sqs => {
                let error = AwsError::new("com.amazon.coral.service#AccessDeniedException", message);
                // SQS clients know the error code of its older protocol, which this header carries.
                ([("x-amzn-query-error", "AccessDenied;Sender")], error.with_status(StatusCode::FORBIDDEN))
                    .into_response()
            }
        }
    }
}
