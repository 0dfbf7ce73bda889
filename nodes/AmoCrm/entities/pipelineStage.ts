import { color, STAGE_COLORS } from '../fields/colors';
import { type DescriptionLevel, stageDescription } from '../fields/settings';
import { PIPELINE } from '../fields/targets';
import { nameField, ONE_ROW, sortField } from './common';
import { below } from './places';
import { entity } from './types';

const described = (level: DescriptionLevel, noun: string) => ({
	name: `description${noun}`,
	key: 'descriptions',
	displayName: `Description for ${noun}s`,
	kind: stageDescription(level),
	placeholder: 'e.g. Call on the same day',
	description: `What amoCRM tells ${noun.toLowerCase()}s among its users about the stage, up to 1,000 characters. An empty text from an expression takes it away.`,
});

/** Stages of a pipeline; won (142) and lost (143) exist in every one. Source: core facts 7. */
export const pipelineStage = entity({
	value: 'pipelineStage',
	displayName: 'Pipeline Stage',
	path: '/leads/pipelines/{pipelineId}/statuses',
	parents: [below(PIPELINE, { name: 'pipelineId', displayName: 'Pipeline', description: 'The pipeline that has the stage' })],
	picker: { search: 'local' },
	fields: [
		nameField('stage', 'Negotiation'),
		{ name: 'color', kind: color(STAGE_COLORS), description: 'Color of the stage on the board' },
		sortField,
		described('newbie', 'Newbie'),
		described('candidate', 'Candidate'),
		described('master', 'Master'),
	],
	withOptions: { descriptions: 'Descriptions' },
	// What an update must not lose.
	readBeforeUpdate: 'descriptions',
	list: { unpaged: true, byIds: 'single' },
	verbs: { update: ONE_ROW },
	needs: { admin: 'toWrite' },
	isDictionary: true,
});
