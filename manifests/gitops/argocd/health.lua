-- Health of every kind of Simpul, for Argo CD: what the condition Ready says, once it speaks of the present generation.
local health = { status = "Progressing", message = "Waiting for the operator to look at it" }
if obj.metadata.deletionTimestamp ~= nil then
  health.message = "It is being deleted"
  return health
end
if obj.status == nil or obj.status.conditions == nil then
  return health
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" and condition.observedGeneration == obj.metadata.generation then
    health.message = condition.message
    if condition.status == "True" then
      health.status = "Healthy"
    elseif condition.reason == "PendingApproval" then
      health.status = "Suspended"
    elseif condition.status == "False" and condition.reason ~= "Pending" then
      health.status = "Degraded"
    end
  end
end
return health
