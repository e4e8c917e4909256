/** Processes a batch of records: { source, batch, first, last } gives { batch, processed }. */
export async function handler({ source, batch, first, last }) {
  console.log(`batch ${batch} of ${source}: records ${first} to ${last}`);
  return { batch, processed: last - first + 1 };
}
