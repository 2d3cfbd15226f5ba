//! Makes the C tables of a component and of the library.
//! Threads: components are made and dropped on the host's control thread; what they are made of is
//! used from any thread.
use crate::abi::{self, sluice_component, sluice_error, sluice_host, sluice_instance, sluice_str};
use crate::codec::{self, Codec};
use crate::core::{bytes, caught, text, Error, Host};
use crate::direct::{self, AsContext, AsDirect, AsSearch, Direct, ItemSource};
use crate::json::Value;
use crate::strategy::{Memory, MemoryTable, Strategy, StrategyTable};
use std::borrow::Cow;
use std::ffi::{c_char, c_void, CStr};
use std::marker::PhantomData;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    Provider = abi::KIND_PROVIDER,
    Strategy = abi::KIND_STRATEGY,
    Context = abi::KIND_CONTEXT,
    Search = abi::KIND_SEARCH,
}

/// What a component is made from. The host may be kept, the rest is lent.
pub struct Setup<'a> {
    pub host: Host,
    /// Of the instance, as configured.
    pub name: Cow<'a, str>,
    config: &'a [u8],
}

impl Setup<'_> {
    /// The settings: an object that satisfies CONFIG_SCHEMA.
    pub fn config(&self) -> Result<Value<'_>, Error> {
        let config = Value::parse(self.config).map_err(|why| {
            Error::new(abi::INVALID_ARGUMENT, format!("the settings are not JSON: {why}"))
        })?;
        if !config.is_object() {
            return Err(Error::new(abi::INVALID_ARGUMENT, "the settings are no object"));
        }
        Ok(config)
    }
    /// A setting that is a whole number, or what it is without being told.
    pub fn whole(&self, name: &str, otherwise: u64) -> Result<u64, Error> {
        match self.config()?.get(name) {
            Value::Missing => Ok(otherwise),
            value => value.u64().ok_or_else(|| wrong(name, "a whole number, not negative")),
        }
    }
    /// A setting that is a number, or what it is without being told.
    pub fn number(&self, name: &str, otherwise: f64) -> Result<f64, Error> {
        match self.config()?.get(name) {
            Value::Missing => Ok(otherwise),
            value => value.f64().ok_or_else(|| wrong(name, "a number")),
        }
    }
}

fn wrong(name: &str, wanted: &str) -> Error {
    Error::new(abi::INVALID_ARGUMENT, format!("settings.{name}: must be {wanted}"))
}

/// A table of functions of a component.
pub struct Face<T> {
    id: &'static CStr,
    table: *const c_void,
    of: PhantomData<T>,
}

impl<T: 'static> Face<T> {
    const fn new<Table>(id: &'static CStr, table: &'static Table) -> Self {
        Face { id, table: (table as *const Table).cast(), of: PhantomData }
    }
    pub const fn codec() -> Self
    where
        T: Codec,
    {
        Self::new(c"sluice.codec/1", &codec::Table::<T>::TABLE)
    }
    pub const fn direct() -> Self
    where
        T: Direct,
    {
        Self::new(c"sluice.direct/1", &direct::Table::<T, AsDirect>::TABLE)
    }
    /// For a component of kind Context that is an `ItemSource`.
    pub const fn context() -> Self
    where
        T: ItemSource,
    {
        Self::new(c"sluice.direct/1", &direct::Table::<T, AsContext>::TABLE)
    }
    /// For a component of kind Search that is an `ItemSource`.
    pub const fn search() -> Self
    where
        T: ItemSource,
    {
        Self::new(c"sluice.direct/1", &direct::Table::<T, AsSearch>::TABLE)
    }
    pub const fn strategy() -> Self
    where
        T: Strategy,
    {
        Self::new(c"sluice.strategy/1", &StrategyTable::<T>::TABLE)
    }
    pub const fn memory() -> Self
    where
        T: Memory,
    {
        Self::new(c"sluice.memory/1", &MemoryTable::<T>::TABLE)
    }
}

/// One configured use of a component, and what it is.
pub trait Component: Send + Sync + Sized + 'static {
    /// Reverse domain name; the last part is the short name in configurations.
    const ID: &'static CStr;
    /// One line.
    const DESCRIPTION: &'static CStr;
    const KIND: Kind = Kind::Provider;
    /// JSON Schema (draft-07) of its settings; None: any JSON object.
    const CONFIG_SCHEMA: Option<&'static CStr> = None;
    const FACES: &'static [Face<Self>];
    fn create(setup: &Setup) -> Result<Self, Error>;
}

/// The instance that the host sees, and the component behind it.
#[repr(C)]
struct Made<T> {
    instance: sluice_instance,
    object: T,
}

/// # Safety
/// `instance` was made by create() for a T.
pub(crate) unsafe fn object<'a, T>(instance: *const sluice_instance) -> &'a T {
    unsafe { &(*instance.cast::<Made<T>>()).object }
}

const fn text_or_null(text: Option<&'static CStr>) -> *const c_char {
    match text {
        Some(text) => text.as_ptr(),
        None => std::ptr::null(),
    }
}

#[doc(hidden)]
pub const fn component_table<T: Component>() -> sluice_component {
    sluice_component {
        struct_size: abi::size_of_table::<sluice_component>(),
        kind: T::KIND as u32,
        id: T::ID.as_ptr(),
        description: T::DESCRIPTION.as_ptr(),
        config_schema: text_or_null(T::CONFIG_SCHEMA),
        requires_ext: std::ptr::null(),
        dialects: std::ptr::null(),
        create: create::<T>,
    }
}

unsafe extern "C" fn create<T: Component>(
    _this: *const sluice_component,
    host: *const sluice_host,
    name: sluice_str,
    config: sluice_str,
    err: *mut sluice_error,
) -> *const sluice_instance {
    let made = caught(|| unsafe {
        let setup = Setup { host: Host::from_c(host), name: text(name), config: bytes(config) };
        T::create(&setup)
    });
    match made {
        Ok(object) => {
            let instance = sluice_instance {
                struct_size: abi::size_of_table::<sluice_instance>(),
                reserved: 0,
                plugin_data: std::ptr::null_mut(),
                get_extension: get_extension::<T>,
                retire: None,
                destroy: destroy::<T>,
            };
            Box::into_raw(Box::new(Made { instance, object })).cast()
        }
        Err(error) => {
            error.fill(unsafe { &mut *err });
            std::ptr::null()
        }
    }
}

unsafe extern "C" fn get_extension<T: Component>(
    _this: *const sluice_instance,
    id: *const c_char,
) -> *const c_void {
    let id = unsafe { CStr::from_ptr(id) };
    T::FACES.iter().find(|face| face.id == id).map_or(std::ptr::null(), |face| face.table)
}

unsafe extern "C" fn destroy<T: Component>(this: *const sluice_instance) {
    let _ = caught(|| {
        drop(unsafe { Box::from_raw(this.cast::<Made<T>>().cast_mut()) });
        Ok(())
    });
}

/// Once a library: who made it, its version, its licence (SPDX), and its components, all constant.
/// `may_unload: true` promises that no thread, thread-local or handler of it outlives its last
/// component, so that the host may unload it.
#[macro_export]
macro_rules! plugin {
    (vendor: $vendor:expr, version: $version:expr, license: $license:expr,
     $(may_unload: $may_unload:expr,)? components: [$($component:ty),+ $(,)?] $(,)?) => {
        #[no_mangle]
        pub extern "C" fn sluice_plugin_entry(
            host_abi: u32,
        ) -> *const $crate::abi::sluice_library {
            const COUNT: usize = [$(stringify!($component)),+].len();
            struct List([*const $crate::abi::sluice_component; COUNT]);
            // SAFETY: constant; its pointers lead to constants.
            unsafe impl Sync for List {}
            static COMPONENTS: List = List([$({
                static TABLE: $crate::abi::sluice_component =
                    $crate::component_table::<$component>();
                &TABLE
            }),+]);
            static LIBRARY: $crate::abi::sluice_library = $crate::abi::sluice_library {
                struct_size: $crate::abi::size_of_table::<$crate::abi::sluice_library>(),
                abi_version: $crate::abi::ABI_VERSION,
                flags: if false $(|| $may_unload)? { $crate::abi::LIB_MAY_UNLOAD } else { 0 },
                n_components: COUNT as u32,
                vendor: { let text: &'static ::std::ffi::CStr = $vendor; text.as_ptr() },
                version: { let text: &'static ::std::ffi::CStr = $version; text.as_ptr() },
                license: { let text: &'static ::std::ffi::CStr = $license; text.as_ptr() },
                components: &COMPONENTS.0 as *const _,
                init: None,
                deinit: None,
            };
            if $crate::serves(host_abi) { &LIBRARY } else { ::std::ptr::null() }
        }
    };
}
