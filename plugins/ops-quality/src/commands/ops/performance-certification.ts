import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { performanceCertification } from '../../gates/performance-certification.js';

export default class PerformanceCertification extends gateCommand({ Command, Flags }, performanceCertification) {}
