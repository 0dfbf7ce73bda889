import { boolean } from '../fields/fields';
import { isArchivedFilter, pipelineStages } from '../fields/settings';
import { nameField, ONE_ROW, sortField } from './common';
import { entity } from './types';

/** Pipelines of leads. Source: core facts 7. */
export const pipeline = entity({
	value: 'pipeline',
	displayName: 'Pipeline',
	path: '/leads/pipelines',
	cardPath: 'leads/pipeline',
	fields: [
		nameField('pipeline', 'Wholesale'),
		sortField,
		{ name: 'isMain', displayName: 'Main', kind: boolean, description: 'Whether it becomes the pipeline that new leads go to by default' },
		{
			name: 'isUnsortedOn',
			displayName: 'Incoming Leads',
			kind: boolean,
			description: 'Whether it has a stage for incoming leads, which a person accepts or declines',
			property: { default: true },
		},
		{ name: 'stages', key: '_embedded.statuses', kind: pipelineStages, only: 'create', description: 'Stages in their order, without won and lost, which every pipeline has' },
	],
	// amoCRM demands all of them (core facts 7).
	createDefaults: { sort: 100, is_main: false, is_unsorted_on: true },
	filters: [isArchivedFilter],
	list: { unpaged: true, byIds: 'single' },
	verbs: { update: ONE_ROW },
	needs: { admin: 'toWrite' },
	isDictionary: true,
});
