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

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
