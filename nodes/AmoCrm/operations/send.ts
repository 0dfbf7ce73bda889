import type { IDataObject } from 'n8n-workflow';

import type { BatchJob, RowOutcome } from '../transport/batches';
import { DEFAULT_BATCH_SIZE, sendInBatches } from '../transport/batches';
import type { Asked } from './items';
import { runOption } from './parameters';
import type { Run } from './types';

interface RowsJob extends Pick<BatchJob, 'request' | 'answers'> {
	/** Rows that the route takes at once, where that is fewer than usual. */
	maxBatchSize?: number;
}

/** Sends rows of items in batches and says what became of each. n8n's log of level "debug" gets what each batch wrote. */
export async function sendRows(run: Run, all: Array<Asked<IDataObject>>, { maxBatchSize = Infinity, ...job }: RowsJob): Promise<RowOutcome[]> {
	return await sendInBatches(
		all.map(({ asked }) => asked),
		{
			...job,
			client: run.client,
			size: Math.min(runOption(run, 'batchSize', DEFAULT_BATCH_SIZE), maxBatchSize),
			rescue: run.continueOnFail,
			onWritten: (written, { method, path }) => {
				const items = written.map(({ index }) => all[index]?.item);
				const ids = written.map(({ answer }) => answer.id ?? answer.entity_id);
				run.context.logger.debug('amoCRM: written', { method, path, items, ids });
			},
		},
	);
}
