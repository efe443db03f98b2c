import { expose } from 'comlink';
import { createMemoryStore } from '#/storage/memory-store';
import { openOpfsStore } from '#/storage/opfs-store';
import { createStudyService } from '#/workers/study-service';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
expose(createStudyService(async () => (await openOpfsStore()) ?? createMemoryStore()));
