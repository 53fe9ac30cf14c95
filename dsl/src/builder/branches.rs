//! The branches of a Parallel.

use super::body::Body;
use super::scope::BuilderScope;
use super::values::Branches;
use crate::sealed::Sealed;
use std::rc::Rc;

impl<In, Out> Sealed for Vec<Body<In, Out>> {}

impl<In, Out> Branches<In> for Vec<Body<In, Out>> {
    type Outputs = Vec<Out>;

    #[allow(private_interfaces, reason = "only this package calls it")]
    fn bodies(self) -> Vec<Rc<BuilderScope>> {
        self.into_iter().map(|body| body.scope).collect()
    }
}

macro_rules! tuples {
    ($(($($out:ident $index:tt),+))+) => {$(
        impl<In, $($out),+> Sealed for ($(Body<In, $out>,)+) {}

        #[diagnostic::do_not_recommend]
        impl<In, $($out),+> Branches<In> for ($(Body<In, $out>,)+) {
            type Outputs = ($($out,)+);

            #[allow(private_interfaces, reason = "only this package calls it")]
            fn bodies(self) -> Vec<Rc<BuilderScope>> {
                vec![$(self.$index.scope),+]
            }
        }
    )+};
}

for_each_tuple!(tuples);
