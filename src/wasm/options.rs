//! Objects of options: a wrong type or an unknown name is refused, never passed over.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::convert::{count, seed};
use crate::error::{Error, Result};
use crate::params::Initialisation;

/// An object of options, read one by one. Those that are undefined or null count as absent.
pub(super) struct Options<'a>(&'a JsValue);

impl<'a> Options<'a> {
    /// The options of `what`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that names `what` if `value` is no object, or the first key that is not `known`.
    pub(super) fn new(what: &str, value: &'a JsValue, known: &[&str]) -> Result<Self> {
        let object = value.dyn_ref::<Object>().ok_or_else(|| Error::argument(what, "expected an object"))?;
        for key in Object::keys(object).iter().filter_map(|key| key.as_string()) {
            if !known.contains(&key.as_str()) {
                return Err(Error::argument(
                    key,
                    format!("no option of {what}; known: {}", known.join(", ")),
                ));
            }
        }
        Ok(Self(value))
    }

    /// The value called `key`, of any type.
    pub(super) fn get(&self, key: &str) -> Option<JsValue> {
        let value = Reflect::get(self.0, &key.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn read<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(JsValue) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let wrong = || Error::argument(key, format!("expected {expected}"));
        read(value).map(Some).ok_or_else(wrong)
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>> {
        self.read(key, "a number", |value| value.as_f64())
    }

    pub(super) fn float(&self, key: &str) -> Result<Option<f32>> {
        Ok(self.number(key)?.map(|v| v as f32))
    }

    pub(super) fn count(&self, key: &str) -> Result<Option<u32>> {
        self.number(key)?.map(|v| count(key, v)).transpose()
    }

    pub(super) fn seed(&self) -> Result<Option<u64>> {
        self.number("seed")?.map(seed).transpose()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>> {
        self.read(key, "a string", |value| value.as_string())
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool> {
        Ok(self.read(key, "true or false", |value| value.as_bool())?.unwrap_or(false))
    }

    pub(super) fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.read(key, "a Uint8Array", |value| value.dyn_into::<Uint8Array>().ok().map(|a| a.to_vec()))
    }

    pub(super) fn initialisation(&self) -> Result<Option<Initialisation>> {
        self.text("initialisation")?.as_deref().map(Initialisation::named).transpose()
    }
}
