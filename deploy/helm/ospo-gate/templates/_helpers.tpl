{{- define "ospo-gate.name" -}}
{{- .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "ospo-gate.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ospo-gate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "ospo-gate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "ospo-gate.selector" -}}
app.kubernetes.io/name: {{ include "ospo-gate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ospo-gate.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "ospo-gate.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "ospo-gate.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "ospo-gate.secret" -}}
{{- default (include "ospo-gate.fullname" .) .Values.secrets.existing -}}
{{- end -}}

{{- define "ospo-gate.distributed" -}}
{{- if eq .Values.engine "distributed" }}true{{ end -}}
{{- end -}}

{{/* The settings of every container: secrets as paths of files, never as values. */}}
{{- define "ospo-gate.environment" -}}
- name: OSPO_GATE_ENGINE
  value: {{ .Values.engine | quote }}
- name: OSPO_GATE_HOST
  value: "0.0.0.0"
- name: OSPO_GATE_PORT
  value: "8080"
- name: OSPO_GATE_INTERNAL_HOST
  value: "0.0.0.0"
- name: OSPO_GATE_INTERNAL_PORT
  value: "8081"
{{- if include "ospo-gate.distributed" . }}
- name: OSPO_GATE_MIGRATE
  value: "false"
{{- if not (hasKey .Values.settings "github_processes") }}
- name: OSPO_GATE_GITHUB_PROCESSES  # each takes its part of GitHub's limits
  value: {{ ternary .Values.worker.autoscaling.maxReplicas .Values.worker.replicas .Values.worker.autoscaling.enabled | quote }}
{{- end }}
{{- else }}
- name: OSPO_GATE_DATABASE
  value: "sqlite+aiosqlite:////var/lib/ospo-gate/ospo-gate.db"
{{- end }}
{{- range $setting, $key := .Values.secrets.keys }}
{{- if or (ne $setting "database") (include "ospo-gate.distributed" $) }}
- name: {{ printf "OSPO_GATE_%s_FILE" (upper $setting) }}
  value: {{ printf "/run/secrets/ospo-gate/%s" $key | quote }}
{{- end }}
{{- end }}
{{- range $setting, $value := .Values.settings }}
- name: {{ printf "OSPO_GATE_%s" (upper $setting) }}
  value: {{ (kindIs "float64" $value | ternary (int64 $value) $value) | toString | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ospo-gate.podMetadata" -}}
labels:
  {{- include "ospo-gate.selector" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .component }}
  {{- with .root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/settings: {{ toJson .root.Values.settings | sha256sum }}
  checksum/secrets: {{ toJson .root.Values.secrets | sha256sum }}
  {{- with .root.Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* No user id: the image's own, or whatever the cluster assigns. */}}
{{- define "ospo-gate.podSecurity" -}}
runAsNonRoot: true
{{- if and (not (include "ospo-gate.distributed" .)) .Values.persistence.fsGroup }}
fsGroup: {{ int64 .Values.persistence.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "ospo-gate.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "ospo-gate.mounts" -}}
- name: secrets
  mountPath: /run/secrets/ospo-gate
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ospo-gate.volumes" -}}
- name: secrets
  secret:
    secretName: {{ include "ospo-gate.secret" . }}
    defaultMode: 0444  # for whatever user id; nobody else is in the container
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ospo-gate.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: internal}
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: internal}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: internal}
  periodSeconds: 5
  timeoutSeconds: 6
{{- end -}}

{{- define "ospo-gate.placement" -}}
{{- if and .component (include "ospo-gate.distributed" .root) }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "ospo-gate.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- end }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
