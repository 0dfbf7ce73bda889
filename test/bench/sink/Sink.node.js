const { appendFileSync } = require('node:fs');

/** What comes after the trigger in the bench: writes down which lead came out in which execution, as `execution lead`. */
class Sink {
	description = {
		displayName: 'Sink',
		name: 'sink',
		group: ['output'],
		version: 1,
		description: 'Writes down what arrives',
		defaults: { name: 'Sink' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		const items = this.getInputData();
		// Our rows, or the form as n8n's Webhook node gives it.
		const leads = items.map(({ json }) => json.id ?? json.body['leads[status][0][id]']);
		appendFileSync(process.env.BENCH_SINK, leads.map((lead) => `${this.getExecutionId()} ${lead}\n`).join(''));
		return [items];
	}
}

module.exports = { Sink };
