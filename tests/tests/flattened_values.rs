//! Values that are part of another object in JSON: flattened fields, and the content of internally
//! tagged variants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::functions;
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Part {
    name: String,
    quantity: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Whole {
    id: i32,
    #[serde(flatten)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "type")]
enum Tagged {
    Empty,
    Inside(Part),
    Deep(Whole),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    whole: Whole,
    wholes: Vec<Whole>,
    tagged: Tagged,
    option: Option<i32>,
    options: Vec<Option<i32>>,
    pair: (i32, String),
}

fn input() -> Input {
    let part = |name: &str| Part {
        name: name.to_owned(),
        quantity: None,
    };
    let whole = |id, name| Whole {
        id,
        part: part(name),
    };
    Input {
        whole: whole(1, "a"),
        wholes: vec![whole(2, "b"), whole(3, "c")],
        tagged: Tagged::Inside(part("d")),
        option: Some(4),
        options: vec![Some(5)],
        pair: (7, "x".to_owned()),
    }
}

/// Each row is an expression, as a workflow and as Rust, over `input()`.
macro_rules! rows {
    ($i:ident: $($name:ident $type:ty = $value:expr;)*) => {$(rows! { @row $i $name $type = $value })*};
    (@row $i:ident $name:ident $type:ty = $value:expr) => {
        mod $name {
            use super::*;

            workflow! { workflow Row($i: Input) -> $type { pass Compute { end $value; } } }

            #[tokio::test]
            async fn has_the_value_of_rust() {
                #[allow(unused_variables)]
                let $i = input();
                let expected: $type = $value;
                let engine = Engine::builder().register::<Row>().virtual_time().build().unwrap();
                let report = engine.start::<Row>(input()).await.unwrap().report().await;
                let output = report.output.as_ref().map(|output| output.to_json());
                let expected = serde_json::to_value(expected).unwrap();
                assert_eq!(output, Some(expected), "{}", Row::definition().to_json());
            }
        }
    };
}

rows! { i:
    a_flattened_field Part = i.whole.part.clone();
    a_flattened_field_of_an_item Part = i.wholes[1].part.clone();
    a_flattened_field_of_an_item_of_a_literal Part = vec![i.whole.clone(), i.whole.clone()][0].part.clone();
    a_flattened_field_of_an_item_of_a_block Part = { let _unread = i.wholes[0].clone(); vec![i.whole.clone()] }[0].part.clone();
    a_flattened_field_of_an_if_expression Part = (if i.whole.id > 1 { i.whole.clone() } else { i.wholes[0].clone() }).part.clone();
    a_flattened_field_of_a_mapped_item Vec<Part> = i.wholes.iter().map(|whole| whole.part.clone()).collect();
    a_flattened_field_of_a_tuple Part = (i.whole.clone(), 1).0.part.clone();
    a_flattened_field_of_an_option Option<Part> = i.wholes.first().map(|whole| whole.part.clone());
    a_flattened_field_of_a_found_item Option<Part> = i.wholes.iter().find(|whole| whole.id == 3).map(|whole| whole.part.clone());
    a_flattened_field_in_a_list Vec<Part> = vec![i.whole.part.clone()];
    a_flattened_field_in_an_option Option<Part> = Some(i.whole.part.clone());
    a_comparison_of_flattened_fields bool = i.whole.part.name == i.wholes[0].part.name;
    the_content_of_a_variant Part = match i.tagged.clone() { Tagged::Inside(part) => part.clone(), Tagged::Deep(whole) => whole.part.clone(), Tagged::Empty => i.whole.part.clone() };
    a_field_of_the_content_of_a_variant String = match i.tagged.clone() { Tagged::Inside(part) => part.name.clone(), _ => "none".to_owned() };
    a_struct_pattern_of_the_content_of_a_variant String = match i.tagged.clone() { Tagged::Inside(Part { name, .. }) => name.clone(), _ => "none".to_owned() };
    the_content_of_a_variant_in_a_list Vec<Part> = match i.tagged.clone() { Tagged::Inside(part) => vec![part.clone(), part.clone()], _ => vec![] };
    the_content_of_a_variant_by_if_let Option<Part> = if let Tagged::Inside(part) = i.tagged.clone() { Some(part.clone()) } else { None };
    a_tuple_in_a_list_of_an_option Vec<(i32, String)> = Some(i.pair.clone()).iter().cloned().collect::<Vec<_>>();
    a_tuple_of_a_tuple_in_a_list_of_an_option Vec<(i32, String)> = (i.option, Some(i.pair.clone())).1.iter().cloned().collect::<Vec<_>>();
    filtered_tuples Vec<(usize, i32)> = i.wholes.iter().filter_map(|whole| (whole.id, Some((i.wholes.len(), 1))).1).take(1).collect::<Vec<_>>();
    one_filtered_tuple_of_options Vec<(usize, i32)> = i.options.iter().filter_map(|o| (*o, Some((i.options.len(), 1))).1).collect::<Vec<_>>();
    a_tuple_of_an_if_expression String = (if i.option.is_some() { (1, "a".to_owned()) } else { (2, "b".to_owned()) }).1 + "!";
    one_filtered_tuple Vec<(i32, i32)> = vec![i.whole.id].iter().filter_map(|id| (1, Some((*id, 1))).1).collect::<Vec<_>>();
    the_minimum_of_a_sorted_literal Option<i32> = functions::sorted(vec![7, -3]).iter().min().copied();
    the_maximum_of_a_sorted_literal Option<i32> = functions::sorted(vec![7, -3]).iter().max().copied();
    the_length_of_a_list_of_one_tuple usize = vec![i.pair.clone()].len();
    the_length_of_a_sorted_literal usize = functions::sorted(vec![7, -3]).len();
    the_length_of_sorted_texts usize = functions::sorted(vec!["b".to_owned(), "a".to_owned()]).len();
    contains_on_sorted_texts bool = functions::sorted(vec!["b".to_owned()]).contains(&"b".to_owned());
    the_sum_of_a_sorted_literal i32 = functions::sorted(vec![7, -3]).iter().sum::<i32>();
}
