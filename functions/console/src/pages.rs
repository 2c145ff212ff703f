//! The pages beside that of an order.

pub mod find;
pub mod orders;
pub mod papers;
pub mod scanner;
pub mod sign_in;
pub mod stock;
pub mod today;
pub mod trouble;
pub mod work;
