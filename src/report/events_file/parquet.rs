//! The events file as Parquet: typed columns, written a row group at a time.

use super::{COLUMNS, EventRow};
use crate::events::Time;
use crate::report::output::Output;
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    ChunkedBuilder, Column, DataFrame, Field, Float64Type, Int64Type, IntoColumn, IntoSeries, ParquetWriter, PlSmallStr, PolarsError,
    PrimitiveChunkedBuilder, Schema, StringChunkedBuilder, TimeUnit, TimeZone, UInt32Type, UInt64Type,
};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows held before they are written as one row group.
const ROW_GROUP: usize = 65_536;

/// Columns under way and the file that they go to.
pub(super) struct ParquetSink {
    writer: BatchedWriter<Shared>,
    output: Shared,
    chunk: Vec<Builder>,
    rows: usize,
}

/// One column under way; numbers with the place in the row that they come from.
enum Builder {
    Text(StringChunkedBuilder),
    Small(PrimitiveChunkedBuilder<UInt32Type>, fn(&EventRow<'_>) -> Option<u32>),
    Large(PrimitiveChunkedBuilder<UInt64Type>, fn(&EventRow<'_>) -> u64),
    Share(PrimitiveChunkedBuilder<Float64Type>, fn(&EventRow<'_>) -> f64),
    /// Microseconds since 1970, UTC.
    Moment(PrimitiveChunkedBuilder<Int64Type>),
}

impl Builder {
    fn new(name: &'static str, rows: usize) -> Builder {
        let title = PlSmallStr::from_static(name);
        match name {
            "record" => Builder::Small(PrimitiveChunkedBuilder::new(title, rows), |row| Some(row.pointer.number)),
            "length" => Builder::Small(PrimitiveChunkedBuilder::new(title, rows), |row| Some(row.length)),
            "asn" => Builder::Small(PrimitiveChunkedBuilder::new(title, rows), |row| row.asn),
            "offset" => Builder::Large(PrimitiveChunkedBuilder::new(title, rows), |row| row.offset),
            "certainty" => Builder::Share(
                PrimitiveChunkedBuilder::new(title, rows),
                #[allow(clippy::redundant_closure_for_method_calls, reason = "the method has one lifetime too many")]
                |row| row.certainty(),
            ),
            "time" => Builder::Moment(PrimitiveChunkedBuilder::new(title, rows)),
            _ => Builder::Text(StringChunkedBuilder::new(title, rows)),
        }
    }

    fn append(&mut self, row: &EventRow<'_>, text: &str) {
        match self {
            Builder::Text(builder) => builder.append_option((!text.is_empty()).then_some(text)),
            Builder::Small(builder, of) => builder.append_option(of(row)),
            Builder::Large(builder, of) => builder.append_value(of(row)),
            Builder::Share(builder, of) => builder.append_value(of(row)),
            Builder::Moment(builder) => builder.append_option(micros(row.time)),
        }
    }

    fn finish(self) -> Column {
        match self {
            Builder::Text(builder) => builder.finish().into_series().into_column(),
            Builder::Small(builder, _) => builder.finish().into_series().into_column(),
            Builder::Large(builder, _) => builder.finish().into_series().into_column(),
            Builder::Share(builder, _) => builder.finish().into_series().into_column(),
            Builder::Moment(builder) => {
                builder.finish().into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series().into_column()
            }
        }
    }
}

/// Microseconds since 1970; what is finer is cut, because few readers know finer times.
fn micros(time: Time) -> Option<i64> {
    time.is_known().then(|| time.0.div_euclid(10))
}

fn chunk(rows: usize) -> Vec<Builder> {
    COLUMNS.iter().map(|name| Builder::new(name, rows)).collect()
}

fn frame(chunk: Vec<Builder>) -> Result<DataFrame, PolarsError> {
    DataFrame::new_infer_height(chunk.into_iter().map(Builder::finish).collect())
}

fn failed(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => io::Error::new(error.kind(), error.to_string()),
        other => io::Error::other(other.to_string()),
    }
}

impl ParquetSink {
    /// Begins the file.
    pub(super) fn new(output: Output) -> io::Result<ParquetSink> {
        let output = Shared(Arc::new(Mutex::new(Some(output))));
        let empty = frame(chunk(0)).map_err(failed)?;
        let schema: Schema = empty.columns().iter().map(|column| Field::new(column.name().clone(), column.dtype().clone())).collect();
        let writer = ParquetWriter::new(output.clone()).batched(&schema).map_err(failed)?;
        Ok(ParquetSink { writer, output, chunk: chunk(ROW_GROUP), rows: 0 })
    }

    /// Adds a row, writing a row group when enough are held.
    pub(super) fn write(&mut self, row: &EventRow<'_>) -> io::Result<()> {
        for (builder, text) in self.chunk.iter_mut().zip(row.texts()) {
            builder.append(row, &text);
        }
        self.rows += 1;
        if self.rows >= ROW_GROUP { self.flush(ROW_GROUP) } else { Ok(()) }
    }

    fn flush(&mut self, next: usize) -> io::Result<()> {
        self.rows = 0;
        let full = std::mem::replace(&mut self.chunk, chunk(next));
        let frame = frame(full).map_err(failed)?;
        self.writer.write_batch(&frame).map_err(failed)
    }

    /// Writes what is held and the footer, and completes the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.flush(0)?;
        }
        self.writer.finish().map_err(failed)?;
        match self.output.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(output) => output.commit(),
            None => Ok(()),
        }
    }
}

/// The output, held by the Parquet writer and by us, who must complete it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<Output>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(Ok(0), |output| output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(Ok(()), Write::flush)
    }
}
