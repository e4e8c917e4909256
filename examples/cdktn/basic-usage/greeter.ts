/** Greets the user that it is started for. */
export const greeter = {
  Comment: "Greets the user that it is started for.",
  QueryLanguage: "JSONata",
  StartAt: "Hello",
  States: {
    Hello: {
      Type: "Pass",
      Output: {
        greeting: "{% 'Hello, user ' & $states.input.user_id & '!' %}",
        action: "{% $states.input.action %}",
      },
      End: true,
    },
  },
};
