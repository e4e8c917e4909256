// Handlers that call back.
let left = 0;

exports.succeed = (event, _context, callback) => {
  setTimeout(() => callback(null, { given: event }), 5);
};
exports.fail = (_event, _context, callback) => callback(new Error("called back"));
exports.text = (_event, _context, callback) => callback("a text");
/** What it leaves to do is done before the answer. */
exports.waits = (_event, _context, callback) => {
  left = 0;
  setTimeout(() => {
    left += 1;
  }, 20);
  callback(null, {
    toJSON: () => "called back",
  });
};
exports.left = async () => left;
/** The answer does not wait for what is left to do. */
exports.hurries = (_event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setTimeout(() => {}, 600_000);
  callback(null, "at once");
};
exports.done = (_event, context) => context.done(null, "done");
exports.silent = () => {};
