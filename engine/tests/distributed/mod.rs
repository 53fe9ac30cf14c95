//! Distributed Maps: readers, batches, children, failures, exported results; and the object stores
//! under them.

mod batch;
mod blocking_reads;
mod children;
mod failure;
mod folder;
mod items;
mod nested;
mod objects;
mod reader;
mod redrive;
mod stop;
mod support;
mod writer;
