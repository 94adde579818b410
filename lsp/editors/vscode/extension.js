// Starts `cob lsp` for .cob files, and shows the page of a code when it is asked for.
const { window, workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

exports.activate = function () {
  const command = workspace.getConfiguration("cob").get("command");
  client = new LanguageClient(
    "cob",
    "COB",
    { command, args: ["lsp"], transport: TransportKind.stdio },
    {
      documentSelector: [{ language: "cob" }],
      initializationOptions: { showsPages: true }, // below
      middleware: {
        executeCommand: async (name, args, next) => {
          const page = await next(name, args);
          if (name === "cob.explain" && typeof page === "string") {
            const document = await workspace.openTextDocument({ language: "markdown", content: page });
            await window.showTextDocument(document, { preview: true });
          }
          return page;
        },
      },
    },
  );
  return client.start();
};

exports.deactivate = function () {
  return client && client.stop();
};
