import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Job } from './jobs';
import { boundMs, type Seen } from './account';

/** Who does the jobs, and what is measured of it. */
export interface Contender {
	name: string;
	/** The most rows that it gets, for those that send one request for each row: their time grows with the rows. */
	most?: number;
	run: (job: Job, items: IDataObject[]) => Promise<{ milliseconds: number; out: IDataObject[] }>;
}

export interface Measured extends Seen {
	contender: string;
	rows: number;
	milliseconds: number;
	right: number;
}

export const OURS = 'our node';

/** Our node's parameters for a job. */
export function ourParameters(job: Job, batchSize?: number): INodeParameters {
	const options = batchSize === undefined ? {} : { batchSize };
	const leadId = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
	switch (job.part) {
		case 'create':
			return { resource: 'lead', operation: 'create', name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}' }, options };
		case 'update':
			return { resource: 'lead', operation: 'update', leadId, updateFields: { price: '={{ $json.price }}' }, options };
		case 'notes':
			return { resource: 'note', operation: 'create', entityType: 'leads', entityId: leadId, text: '={{ $json.text }}', options };
		case 'get':
			return { resource: 'lead', operation: 'get', leadId };
		default:
			return { resource: 'lead', operation: 'getAll', returnAll: true };
	}
}

/** Parameters of n8n's HTTP Request node for a job: one request for each item, as it works. */
export function httpParameters(job: Job, origin: string, token: string, options: IDataObject): INodeParameters {
	const send = (method: string, path: string, body?: string): IDataObject => ({
		method,
		url: `=${origin}/api/v4${path}`,
		sendHeaders: true,
		headerParameters: { parameters: [{ name: 'Authorization', value: `Bearer ${token}` }] },
		...(body ? { sendBody: true, specifyBody: 'json', jsonBody: `={{ JSON.stringify(${body}) }}` } : {}),
		options,
	});
	const parameters = (): IDataObject => {
		switch (job.part) {
			case 'create':
				return send('POST', '/leads', '[{ name: $json.name, price: $json.price }]');
			case 'update':
				return send('PATCH', '/leads/{{ $json.id }}', '{ price: $json.price }');
			case 'notes':
				return send('POST', '/leads/notes', "[{ entity_id: $json.id, note_type: 'common', params: { text: $json.text } }]");
			case 'get':
				return send('GET', '/leads/{{ $json.id }}');
			default:
				return send('GET', '/leads?limit=250');
		}
	};
	return parameters() as INodeParameters;
}

/** The lines of one job's table. Times are compared by row where a contender did fewer. */
export function linesOf(job: Job, measured: Measured[]): string[] {
	const perRow = ({ milliseconds, rows }: Measured) => milliseconds / rows;
	const ours = measured.find(({ contender }) => contender === OURS);
	return measured.map((entry) => {
		const bound = boundMs(Math.ceil(entry.rows / job.perRequest));
		const times = (ratio: number) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)}x`;
		const cells = [
			job.name,
			entry.contender,
			entry.rows === job.rows ? String(entry.rows) : `${entry.rows} (fewer)`,
			`${(entry.milliseconds / 1000).toFixed(2)} s`,
			String(entry.requests),
			String(entry.refused),
			String(entry.right),
			String(entry.rows - entry.right),
			ours ? times(perRow(entry) / perRow(ours)) : '',
			times(entry.milliseconds / bound),
		];
		return `| ${cells.join(' | ')} |`;
	});
}

export const TABLE_HEAD = [
	'| job | by | rows | time | requests | 429s | rows right | rows lost | time per row, to ours | time, to the bound |',
	'| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |',
];
