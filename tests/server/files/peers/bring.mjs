// A foreign client: tus-js-client brings one file, by the lines that the how-to shows.
import { readFileSync } from "node:fs";
import * as tus from "tus-js-client";

const told = JSON.parse(readFileSync(0, "utf8"));
const { token, id } = told;
const file = readFileSync(told.path);
let stopped = false;
class Upload extends tus.Upload {
  constructor(body, options) {
    super(body, {
      ...options,
      endpoint: told.endpoint,
      retryDelays: [0, 100],
      onSuccess: () => console.log(JSON.stringify({ done: true, url: this.url })),
      onError: (error) => {
        const answer = error.originalResponse;
        console.log(JSON.stringify({ done: false, status: answer && answer.getStatus(), said: answer && answer.getBody() }));
      },
      onChunkComplete: (size, sent, total) => {
        if (told.stop_after && sent >= told.stop_after && sent < total && !stopped) {
          stopped = true;
          this.abort().then(() => console.log(JSON.stringify({ done: false, url: this.url, sent })));
        }
      },
      ...(told.url ? { uploadUrl: told.url } : {}),
    });
  }
}
new Function("tus", "file", "token", "id", told.lines)({ ...tus, Upload }, file, token, id);
