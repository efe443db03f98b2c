import { expose } from 'comlink';
import { parseFiles, parseUrl } from '#/workers/parse-service';
import type { ParseApi } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
const api: ParseApi = { parse: parseFiles, fetch: parseUrl };
expose(api);
